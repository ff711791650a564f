// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/saved_run.h"

#include "engine/api/config_file.h"
#include "engine/api/unclosed_run.h"
#include "engine/checkpoint/run_folder.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "engine/train/run_manifest.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <utility>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostValues = 16 << 20; // bytes
constexpr std::size_t kMostNote = 64 << 10;   // bytes

void readProgress(const Json& values, RunProgress& progress) {
    progress.step = values.at("step").get<std::int64_t>();
    progress.trainSeconds = values.at("train_seconds").get<double>();
    progress.stepSeconds = values.at("step_seconds").get<double>();
    progress.waitSeconds = values.at("wait_seconds").get<double>();
    progress.replaced = values.at("replaced").get<std::int64_t>();
    progress.changes = values.at("changes").get<std::int64_t>();
    const Json& evaluation = values.at("evaluation");
    progress.evaluation = {evaluation.at("step").get<std::int64_t>(), evaluation.at("measured").get<std::int64_t>(),
                           evaluation.at("begun_at").get<double>(), evaluation.at("cost").get<double>()};
    progress.evaluationSide = evaluation.value("side", std::int64_t{0});
    progress.data = values.at("data").get<std::string>();
}

/// Parameters that changed what a run does when they came: what earlier runs did.
constexpr std::pair<const char*, const char*> kFormerly[] = {{"data.test_share", "0"}};

/// Parameters that this program does not know are said and left out; those that the file lacks keep their defaults,
/// or what was done before there was the parameter.
ParamSet readParams(const Json& values, const ParamTable& table, std::vector<std::string>& problems) {
    ParamSet params(table);
    for (const auto& [id, text] : kFormerly)
        if (const auto error = params.setText(table, id, text))
            throw EngineError(*error);
    for (const auto& [id, text] : values.at("params").items())
        if (const auto error = params.setText(table, id, text.get<std::string>()))
            problems.push_back(error->message);
    return params;
}

std::string configFileOf(const std::string& folder) { return folder + "/config.toml"; }

std::string noteFileOf(const std::string& folder) { return folder + "/note.txt"; }

void checkIsRun(const std::string& folder) {
    if (!std::filesystem::exists(configFileOf(folder)))
        throw EngineError(ErrorCode::notFound, "train",
                          "'" + folder + "' is not the folder of a run: it holds no config.toml.");
}

/// What a run was begun with.
ParamSet readConfig(const std::string& folder, const EngineCatalog& catalog) {
    ParamSet params(catalog.params);
    if (const auto error = readConfigFile(configFileOf(folder), catalog.params, params))
        throw EngineError(*error);
    return params;
}

std::vector<MetricPoint> readPoints(const std::string& folder, const EngineCatalog& catalog) {
    return MetricsStore::pointsUpTo(folder + "/metrics.sqlite", catalog.metrics,
                                    Step{std::numeric_limits<std::int64_t>::max()});
}

/// A note that cannot be read is none: it must not hide the checkpoints.
std::string noteOf(const std::string& folder) {
    try {
        return std::filesystem::exists(noteFileOf(folder)) ? readSmallFile(noteFileOf(folder), kMostNote)
                                                           : std::string();
    } catch (const EngineError&) {
        return {};
    }
}

/// Files may come and go meanwhile.
std::uint64_t bytesBelow(const std::string& folder) {
    std::uint64_t bytes = 0;
    std::error_code gone;
    std::filesystem::recursive_directory_iterator file(folder, gone), end;
    for (; !gone && file != end; file.increment(gone))
        if (std::error_code unknown; file->is_regular_file(unknown) && !file->is_symlink(unknown))
            if (const std::uintmax_t size = file->file_size(unknown); !unknown)
                bytes += size;
    return bytes;
}

CheckpointReport lookAt(const std::string& path, bool everyByte) {
    CheckpointReport report;
    report.path = path;
    try {
        const CheckpointEntry entry = everyByte ? verifyCheckpoint(path) : readCheckpointEntry(path);
        const SavedMoment& m = entry.moment;
        report = {path, m.step, m.epoch, m.trainSeconds, {}, entry.bytes, m.accuracy, m.kept, m.note, m.savedAt};
    } catch (const EngineError& error) {
        report.problem = error.error().message;
        const std::string name = path.substr(path.rfind('-') + 1);
        std::from_chars(name.data(), name.data() + name.size(), report.step.value);
    }
    return report;
}

} // namespace

std::string savedValues(const ParamSet& params, const RunProgress& progress) {
    Json texts = Json::object();
    for (const auto& [id, value] : params.values())
        texts[id] = formatParam(value);
    const AccuracyWatch::Schedule& evaluation = progress.evaluation;
    const Json values{{"step", progress.step},
                      {"train_seconds", progress.trainSeconds},
                      {"step_seconds", progress.stepSeconds},
                      {"wait_seconds", progress.waitSeconds},
                      {"replaced", progress.replaced},
                      {"changes", progress.changes},
                      {"evaluation",
                       {{"step", evaluation.step},
                        {"measured", evaluation.measured},
                        {"begun_at", evaluation.begunAt},
                        {"cost", evaluation.cost},
                        {"side", progress.evaluationSide}}},
                      {"data", progress.data},
                      {"params", texts}};
    return values.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

SavedRun readSavedRun(const std::string& folder, std::optional<Step> at, const EngineCatalog& catalog) {
    const CheckpointStore store(folder);
    const CheckpointStore::Newest newest = store.newestGood(at);
    if (!newest.entry && !newest.problems.empty())
        throw EngineError(ErrorCode::badInput, "train",
                          "No checkpoint in '" + folder + "' is whole: " + newest.problems.front());
    if (!newest.entry)
        throw EngineError(ErrorCode::notFound, "train",
                          "There is no checkpoint in '" + folder + "'" +
                              (at ? " of step " + std::to_string(at->value) : std::string()) + ".");
    SavedRun saved{folder, *newest.entry, {}, {}, {}, newest.problems};
    const std::string path = valuesFileOf(saved.checkpoint.path);
    try {
        const Json values = Json::parse(readSmallFile(path, kMostValues));
        readProgress(values, saved.progress);
        saved.params = readParams(values, catalog.params, saved.problems);
        if (saved.progress.evaluationSide <= 0) // earlier runs kept the size of their crops
            saved.progress.evaluationSide = std::get<std::int64_t>(saved.params.at("augment.global_size"));
    } catch (const nlohmann::json::exception& error) {
        throw EngineError(ErrorCode::badInput, "train",
                          "'" + path + "' lacks what this version of Dinoscope needs to go on.", error.what());
    }
    saved.tensors = readTensorFile(stateFileOf(saved.checkpoint.path));
    return saved;
}

std::optional<ParamSet> unsavedRun(const std::string& folder, const EngineCatalog& catalog) {
    if (!CheckpointStore(folder).paths().empty() || !std::filesystem::exists(configFileOf(folder)))
        return std::nullopt;
    const auto origin = originOf(folder);
    if (!origin)
        return std::nullopt; // it ended while its folder was being made
    const auto isStep = [](const MetricPoint& point) { return point.step.value > 0; };
    if (const auto points = readPoints(folder, catalog);
        !unclosedRun(folder) && std::any_of(points.begin(), points.end(), isStep))
        return std::nullopt;
    if (!origin->empty())
        throw EngineError(ErrorCode::notFound, "train",
                          "The run in '" + folder + "' ended before its first checkpoint. It was begun from '" +
                              *origin + "': begin from there again, in a new folder.");
    return readConfig(folder, catalog);
}

Slices<JobAnswer> checkRun(CheckRunRequest request) {
    const std::string folder = runFolderPath(request.path);
    RunReport report{folder, {}, noteOf(folder), 0, freeBytes(folder)};
    const std::vector<std::string> paths = CheckpointStore(folder).paths();
    if (paths.empty() && (request.everyByte || !std::filesystem::exists(configFileOf(folder))))
        throw EngineError(ErrorCode::notFound, "train", "There is no checkpoint in '" + folder + "'.");
    WorkProgress progress{"Verifying checkpoints", 0, static_cast<std::int64_t>(paths.size())};
    for (const std::string& path : paths) {
        co_yield progress;
        report.checkpoints.push_back(lookAt(path, request.everyByte));
        ++progress.done;
    }
    report.bytes = bytesBelow(folder);
    co_return report;
}

void keepNote(const NoteRunRequest& request) {
    const std::string folder = runFolderPath(request.path);
    checkIsRun(folder);
    if (request.note.size() > kMostNote)
        throw EngineError(ErrorCode::badInput, "train",
                          "A note of " + std::to_string(request.note.size()) + " bytes is too long: shorten it to " +
                              std::to_string(kMostNote) + ".");
    replaceFile(noteFileOf(folder), request.note);
}

RecordReport readRecord(const std::string& path, const EngineCatalog& catalog) {
    const std::string folder = runFolderPath(path);
    checkIsRun(folder);
    RecordReport report{folder, {}, {}, {}};
    report.points = readPoints(folder, catalog);
    for (const LiveChange& change : MetricsStore::changesOf(folder + "/metrics.sqlite"))
        report.changes.emplace_back("step " + std::to_string(change.step.value), change.text);
    const ParamSet params = readConfig(folder, catalog);
    for (const auto& [id, value] : params.values())
        report.params.emplace_back(id, formatParam(value));
    return report;
}

} // namespace dinoscope
