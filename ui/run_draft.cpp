// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_draft.h"

#include "ui/texts.h"

#include <QDateTime>
#include <QDir>
#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr const char* kBatch = "run.batch_size";

QString quoted(const QString& text) {
    static const QRegularExpression kPlain(QStringLiteral("^[A-Za-z0-9_./:=+,@%-]+$"));
    if (kPlain.match(text).hasMatch())
        return text;
    return QLatin1Char('\'') + QString(text).replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

} // namespace

RunDraft::RunDraft(const EngineCatalog& catalog, QObject* parent)
    : QObject(parent),
      catalog_(catalog), settings_{nullptr, ParamSet(catalog.params), ParamSet(catalog.params), {}, {}} {
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
        settings_ = {&preset, values, values, {}, {}};
        emit changed();
        return true;
    }
    return false;
}

void RunDraft::restore(const Settings& settings) {
    settings_ = settings;
    emit changed();
}

ParamValue RunDraft::presetValue(const std::string& id) const { return settings_.presetParams.at(id); }

std::int64_t RunDraft::wishedBatch() const {
    const auto& values = params().values();
    const auto batch = values.find(kBatch);
    if (batch == values.end())
        return 0;
    return settings_.wishedBatch.value_or(std::get<std::int64_t>(batch->second));
}

void RunDraft::fitBatch(std::int64_t pictures) {
    const std::int64_t wished = wishedBatch();
    if (wished == 0 || set(kBatch, std::max<std::int64_t>(1, std::min(wished, pictures))))
        return;
    if (wished > pictures)
        settings_.wishedBatch = wished;
}

std::optional<Error> RunDraft::set(const std::string& id, ParamValue value) {
    std::optional<Error> error = settings_.params.set(catalog_.params, id, std::move(value));
    noteSet(id, error);
    return error;
}

std::optional<Error> RunDraft::setText(const std::string& id, const std::string& text) {
    std::optional<Error> error = settings_.params.setText(catalog_.params, id, text);
    noteSet(id, error);
    return error;
}

void RunDraft::noteSet(const std::string& id, const std::optional<Error>& error) {
    if (error)
        return;
    if (id == kBatch)
        settings_.wishedBatch.reset();
    emit changed();
}

std::optional<Error> RunDraft::takeCheckpoint(const FileReport& report,
                                              const std::vector<std::pair<std::string, std::string>>& texts) {
    ParamSet values = settings_.params;
    for (const auto& [id, value] : report.params)
        values.set(catalog_.params, id, value);
    for (const auto& [id, text] : texts)
        if (auto error = values.setText(catalog_.params, id, text))
            return error;
    settings_.params = values;
    settings_.checkpoint = report.path;
    emit changed();
    return std::nullopt;
}

void RunDraft::adopt(const ParamSet& params) {
    settings_.checkpoint.clear();
    if (params == settings_.params)
        return;
    settings_.params = params;
    emit changed();
}

Command RunDraft::prepareCommand() const {
    OpenCommand run{settings_.params, runFolder, maxSteps, maxMinutes};
    if (settings_.checkpoint.empty())
        return run;
    return LoadCommand{settings_.checkpoint, std::move(run), {}};
}

QString RunDraft::suggestedFolder() const {
    const QString name = settings_.preset ? textOf(settings_.preset->id) : QStringLiteral("run");
    const QString date = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd-HHmmss"));
    return QDir::homePath() + QStringLiteral("/Dinoscope/runs/%1-%2").arg(name, date);
}

QString RunDraft::commandLine(const ParamSet& params) const {
    QStringList words{QStringLiteral("dinoscope-cli"), QStringLiteral("train")};
    if (settings_.preset)
        words << QStringLiteral("--preset") << quoted(textOf(settings_.preset->id));
    if (!settings_.checkpoint.empty())
        words << QStringLiteral("--checkpoint") << quoted(textOf(settings_.checkpoint));
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
