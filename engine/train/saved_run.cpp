// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/saved_run.h"

#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostValues = 16 << 20; // bytes

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
    progress.data = values.at("data").get<std::string>();
}

/// Parameters that this program does not know are said and left out; those that the file lacks keep their defaults.
ParamSet readParams(const Json& values, const ParamTable& table, std::vector<std::string>& problems) {
    ParamSet params(table);
    for (const auto& [id, text] : values.at("params").items())
        if (const auto error = params.setText(table, id, text.get<std::string>()))
            problems.push_back(error->message);
    return params;
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
                        {"cost", evaluation.cost}}},
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
    } catch (const nlohmann::json::exception& error) {
        throw EngineError(ErrorCode::badInput, "train",
                          "'" + path + "' lacks what this version of Dinoscope needs to go on.", error.what());
    }
    saved.tensors = readTensorFile(stateFileOf(saved.checkpoint.path));
    return saved;
}

Slices<JobAnswer> checkRun(CheckRunRequest request) {
    RunReport report{request.path, {}};
    const std::vector<std::string> paths = CheckpointStore(request.path).paths();
    if (paths.empty())
        throw EngineError(ErrorCode::notFound, "train", "There is no checkpoint in '" + request.path + "'.");
    WorkProgress progress{"Verifying checkpoints", 0, static_cast<std::int64_t>(paths.size())};
    for (const std::string& path : paths) {
        co_yield progress;
        CheckpointReport checkpoint;
        checkpoint.path = path;
        try {
            const CheckpointEntry entry = verifyCheckpoint(path);
            const SavedMoment& moment = entry.moment;
            checkpoint = {path,        moment.step,   {}, entry.bytes, moment.accuracy, moment.kept,
                          moment.note, moment.savedAt};
        } catch (const EngineError& error) {
            checkpoint.problem = error.error().message;
            const std::string name = path.substr(path.rfind('-') + 1);
            std::from_chars(name.data(), name.data() + name.size(), checkpoint.step.value);
        }
        report.checkpoints.push_back(std::move(checkpoint));
        ++progress.done;
    }
    co_return report;
}

} // namespace dinoscope
