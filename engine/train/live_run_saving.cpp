// SPDX-License-Identifier: GPL-3.0-or-later
// What a run does about its checkpoints.
#include "engine/train/live_run.h"

#include "engine/api/config_file.h"
#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"
#include "engine/support/crash_report.h"
#include "engine/train/run_manifest.h"
#include "engine/train/saved_run.h"

#include <algorithm>
#include <map>
#include <utility>

namespace dinoscope {

void LiveRun::takeUp(const SavedRun& saved, bool look, RunnerOutput& output) {
    const RunProgress& progress = saved.progress;
    if (progress.data != sets_.train->fingerprint())
        throw EngineError(ErrorCode::badInput, "train",
                          sets_.train->name() + " is not the set of pictures that the run in '" + saved.folder +
                              "' was trained on: pictures, labels or their order have changed. Bring the former ones "
                              "back, or start a new run.");
    std::map<std::string, torch::Tensor> given(saved.tensors.begin(), saved.tensors.end());
    training_->loadState(saved.tensors, true);
    for (const auto& [prefix, probe] :
         {std::pair("linear.student.", &linearStudent_), std::pair("linear.teacher.", &linearTeacher_)})
        for (auto& [name, tensor] : *probe ? (*probe)->state() : NamedTensors())
            if (const auto found = given.find(prefix + name);
                found != given.end() && found->second.sizes() == tensor.sizes())
                tensor.copy_(found->second);
    startStep_ = training_->step();
    trainSeconds_ = progress.trainSeconds;
    stepSeconds_ = progress.stepSeconds;
    waitSeconds_ = progress.waitSeconds;
    replacedCount_ = progress.replaced;
    accuracy_.setSchedule(progress.evaluation);
    for (const std::string& problem : saved.problems)
        output.log(LogLevel::warning, problem);
    output.log(LogLevel::info,
               "Goes on from the checkpoint of step " + std::to_string(startStep_) + " in '" + saved.folder + "'.");
    if (!look && startStep_ >= training_->plan().totalSteps)
        throw EngineError(ErrorCode::badParameter, "train",
                          "The run in '" + saved.folder +
                              "' has come to its planned end: raise optim.epochs, which is " +
                              std::to_string(settings_.optim.epochs) + ", to train on.");
}

void LiveRun::makeRecord(const OpenCommand& command, const EngineCatalog& catalog, const RunStart& start) {
    const SavedRun* saved = start.saved;
    const std::int64_t stepsPerEpoch = training_->plan().stepsPerEpoch;
    const bool resumed = start.unsaved || (saved && saved->folder == command.runFolder);
    if (resumed) {
        Continuation from = kFromTheBeginning;
        if (saved)
            from = {stepNumber(),
                    {std::max<std::int64_t>(0, training_->step() - 1) / stepsPerEpoch},
                    saved->progress.changes};
        record_ = std::make_unique<RunRecord>(command.runFolder, from, stepsPerEpoch, trainSeconds_,
                                              settings_.save.tensorBoard);
        const ParamSet& formerly = saved ? saved->params : *start.unsaved;
        for (const auto& [id, value] : params_->values())
            if (const ParamValue& former = formerly.at(id); former != value)
                record_->change(id + ": " + formatParam(former) + " -> " + formatParam(value), stepNumber(),
                                trainSeconds_);
    } else {
        record_ = std::make_unique<RunRecord>(command.runFolder, configText(catalog.params, *params_, info_->name),
                                              stepsPerEpoch, settings_.save.tensorBoard);
        if (saved)
            record_->copyFrom(saved->folder, stepNumber());
    }
    noteRunForCrashReport(command.runFolder);
    noteStepForCrashReport(training_->step());
    if (command.runFolder.empty())
        return;
    noteCircumstances(command.runFolder,
                      {info_.get(), settings_.run.seed, settings_.data.path, sets_.train->fingerprint(), stepNumber(),
                       saved        ? saved->folder
                       : start.file ? start.file->path
                                    : std::string()});
    saver_ = std::make_unique<RunSaver>(
        command.runFolder, settings_.save, [this] { return checkpoint(); }, [this] { record_->flush(); });
    if (resumed || training_->step() == 0)
        saver_->startFrom(training_->step(), trainSeconds_);
}

NamedTensors LiveRun::state() {
    NamedTensors all = training_->state();
    for (const auto& [prefix, probe] :
         {std::pair("linear.student.", &linearStudent_), std::pair("linear.teacher.", &linearTeacher_)})
        for (const auto& [name, tensor] : *probe ? (*probe)->state() : NamedTensors())
            all.emplace_back(prefix + name, tensor);
    return all;
}

CheckpointContent LiveRun::checkpoint() {
    HostCopy copy = copyToHost(state());
    const AccuracyWatch::Schedule& schedule = accuracy_.schedule();
    CheckpointContent content;
    content.moment.step = stepNumber();
    content.moment.epoch = {training_->step() / training_->plan().stepsPerEpoch};
    content.moment.epochEnd = training_->step() % training_->plan().stepsPerEpoch == 0;
    content.moment.trainSeconds = trainSeconds_;
    if (schedule.measured == training_->step())
        content.moment.accuracy = measuredAccuracy_;
    content.tensors = std::move(copy.views);
    content.owner = std::move(copy.owner);
    content.values =
        savedValues(*params_, {training_->step(), trainSeconds_, stepSeconds_, waitSeconds_, replacedCount_,
                               record_->changes(), schedule, evaluationSide_, sets_.train->fingerprint()});
    return content;
}

bool LiveRun::tend(RunnerOutput& output) { return saver_ && saver_->tend(output, !isMeasuring()); }

void LiveRun::finish(RunnerOutput& output) {
    cancelWork();
    if (saver_)
        saver_->finish(output);
    reportReplacedCount(output);
    loader_.reset();
    for (std::string& sentence : takeUnanswered())
        output.log(LogLevel::warning, std::move(sentence));
    record_->finish();
    noteRunForCrashReport({});
}

} // namespace dinoscope
