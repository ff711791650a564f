// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/param_binder.h"

#include "ui/texts.h"

#include <QCoreApplication>

namespace dinoscope {
namespace {

FieldDescription::Kind kindOf(ParamType type) {
    switch (type) {
    case ParamType::boolean: return FieldDescription::Kind::flag;
    case ParamType::integer: return FieldDescription::Kind::integer;
    case ParamType::real: return FieldDescription::Kind::real;
    case ParamType::choice: return FieldDescription::Kind::choice;
    case ParamType::text: return FieldDescription::Kind::text;
    }
    return FieldDescription::Kind::text;
}

QString groupTitle(const std::string& group) {
    QString title = textOf(group);
    if (group == "ema")
        return QStringLiteral("EMA");
    return title.left(1).toUpper() + title.mid(1);
}

} // namespace

QString rangeText(const ParamSpec& spec) {
    const auto number = [](double value) { return QString::number(value, 'g', 10); };
    if (spec.type != ParamType::integer && spec.type != ParamType::real)
        return {};
    if (spec.hardMin && spec.hardMax)
        return QCoreApplication::translate("Params", "%1 to %2").arg(number(*spec.hardMin), number(*spec.hardMax));
    if (spec.hardMin)
        return QCoreApplication::translate("Params", "at least %1").arg(number(*spec.hardMin));
    return {};
}

FieldDescription describeField(const ParamSpec& spec) {
    FieldDescription field;
    field.id = textOf(spec.id);
    field.group = groupTitle(spec.group());
    field.label = textOf(spec.label);
    field.help = textOf(spec.help);
    field.unit = textOf(spec.unit);
    field.kind = kindOf(spec.type);
    for (const std::string& choice : spec.choices)
        field.choices << textOf(choice);
    const QString range = rangeText(spec);
    const QString effect = spec.takesEffect == TakesEffect::now ? QCoreApplication::translate("Params", "live")
                           : spec.takesEffect == TakesEffect::nextEpoch
                               ? QCoreApplication::translate("Params", "next epoch")
                               : QCoreApplication::translate("Params", "new run");
    field.note = range.isEmpty() ? effect : range + QStringLiteral(" · ") + effect;
    field.help +=
        QLatin1Char(' ') + QCoreApplication::translate("Params", "A change %1.").arg(effectText(spec.takesEffect));
    field.logarithmic = spec.scale == ParamScale::logarithmic;
    if (spec.softMin && spec.softMax && spec.type == ParamType::real && spec.takesEffect != TakesEffect::newRun) {
        field.softMin = *spec.softMin;
        field.softMax = *spec.softMax;
        field.hasSlider = field.softMax > field.softMin && (!field.logarithmic || field.softMin > 0);
    }
    return field;
}

std::vector<FieldDescription> describeFields(const ParamTable& table) {
    std::vector<FieldDescription> fields;
    for (const ParamSpec& spec : table.specs())
        fields.push_back(describeField(spec));
    return fields;
}

} // namespace dinoscope
