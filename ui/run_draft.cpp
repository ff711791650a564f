// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_draft.h"

#include "ui/texts.h"

#include <QDateTime>
#include <QDir>
#include <QRegularExpression>
#include <QStringList>

namespace dinoscope {
namespace {

QString quoted(const QString& text) {
    static const QRegularExpression kPlain(QStringLiteral("^[A-Za-z0-9_./:=+,@%-]+$"));
    if (kPlain.match(text).hasMatch())
        return text;
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

} // namespace

RunDraft::RunDraft(const EngineCatalog& catalog, QObject* parent)
    : QObject(parent), catalog_(catalog), params_(catalog.params), presetParams_(catalog.params) {
    if (!catalog_.presets.empty())
        choosePreset(catalog_.presets.front().id);
}

bool RunDraft::choosePreset(const std::string& id) {
    for (const Preset& preset : catalog_.presets) {
        if (preset.id != id)
            continue;
        ParamSet values(catalog_.params);
        for (const auto& [name, value] : preset.values)
            values.set(catalog_.params, name, value);
        preset_ = &preset;
        presetParams_ = values;
        params_ = values;
        checkpoint_.clear();
        emit changed();
        return true;
    }
    return false;
}

ParamValue RunDraft::presetValue(const std::string& id) const { return presetParams_.at(id); }

std::optional<Error> RunDraft::set(const std::string& id, ParamValue value) {
    std::optional<Error> error = params_.set(catalog_.params, id, std::move(value));
    if (!error)
        emit changed();
    return error;
}

std::optional<Error> RunDraft::setText(const std::string& id, const std::string& text) {
    std::optional<Error> error = params_.setText(catalog_.params, id, text);
    if (!error)
        emit changed();
    return error;
}

std::optional<Error> RunDraft::takeCheckpoint(const FileReport& report,
                                              const std::vector<std::pair<std::string, std::string>>& texts) {
    ParamSet values = params_;
    for (const auto& [id, value] : report.params)
        values.set(catalog_.params, id, value);
    for (const auto& [id, text] : texts)
        if (auto error = values.setText(catalog_.params, id, text))
            return error;
    params_ = values;
    checkpoint_ = report.path;
    emit changed();
    return std::nullopt;
}

void RunDraft::adopt(const ParamSet& params) {
    checkpoint_.clear();
    if (params == params_)
        return;
    params_ = params;
    emit changed();
}

Command RunDraft::prepareCommand() const {
    OpenCommand run{params_, runFolder, maxSteps, maxMinutes};
    if (checkpoint_.empty())
        return run;
    return LoadCommand{checkpoint_, std::move(run), {}};
}

QString RunDraft::suggestedFolder() const {
    const QString name = preset_ ? textOf(preset_->id) : QStringLiteral("run");
    const QString date = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd-HHmmss"));
    return QDir::homePath() + QStringLiteral("/Dinoscope/runs/%1-%2").arg(name, date);
}

QString RunDraft::commandLine(const ParamSet& params) const {
    QStringList words{QStringLiteral("dinoscope-cli"), QStringLiteral("train")};
    if (preset_)
        words << QStringLiteral("--preset") << quoted(textOf(preset_->id));
    if (!checkpoint_.empty())
        words << QStringLiteral("--checkpoint") << quoted(textOf(checkpoint_));
    for (const ParamSpec& spec : catalog_.params.specs())
        if (params.at(spec.id) != presetValue(spec.id))
            words << QStringLiteral("--") + textOf(spec.id) << quoted(textOf(formatParam(params.at(spec.id))));
    if (maxSteps > 0)
        words << QStringLiteral("--steps") << QString::number(maxSteps);
    if (maxMinutes > 0)
        words << QStringLiteral("--minutes") << QString::number(maxMinutes);
    if (!runFolder.empty() && !QDir(textOf(runFolder)).exists())
        words << QStringLiteral("--out") << quoted(textOf(runFolder));
    return words.join(QLatin1Char(' '));
}

} // namespace dinoscope
