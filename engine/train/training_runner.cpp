// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/training_runner.h"

#include "engine/support/check.h"
#include "engine/train/catalog.h"
#include "engine/train/live_run.h"
#include "engine/train/run_probes.h"

#include <chrono>
#include <utility>

namespace dinoscope {
namespace {

[[noreturn]] void refuse(const char* sentence) { throw EngineError(ErrorCode::notAllowed, "train", sentence); }

} // namespace

TrainingRunner::TrainingRunner() : catalog_(makeCatalog()) {}

TrainingRunner::~TrainingRunner() = default;

LiveRun& TrainingRunner::run() const {
    if (!run_)
        refuse("There is no run yet; start one first.");
    return *run_;
}

void TrainingRunner::open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    run_.reset(); // its memory is needed
    evaluationJob_ = 0;
    const auto progress = [&](const WorkProgress& work) {
        preparing_ = work;
        return keepGoing();
    };
    try {
        run_ = std::make_unique<LiveRun>(command, catalog_, output, progress);
    } catch (...) {
        preparing_ = {};
        throw;
    }
    preparing_ = {};
}

std::shared_ptr<const RunInfo> TrainingRunner::info() const { return run_ ? run_->info() : nullptr; }

std::shared_ptr<const ParamSet> TrainingRunner::params() const { return run_ ? run_->params() : nullptr; }

RunnerStatus TrainingRunner::status() const {
    if (run_)
        return run_->status();
    RunnerStatus status;
    status.work = preparing_;
    return status;
}

StepOutcome TrainingRunner::step(RunnerOutput& output) { return run().step(output); }

bool TrainingRunner::hasWork() const { return run_ && run_->hasWork(); }

void TrainingRunner::workSlice(RunnerOutput& output) {
    run().workSlice(output);
    if (!run().hasWork())
        evaluationJob_ = 0;
}

void TrainingRunner::cancelWork() { run().cancelWork(); }

std::string TrainingRunner::setParam(const ParamSpec& spec, const ParamValue& value) {
    return run().setParam(catalog_, spec, value);
}

ProbeResult TrainingRunner::probe(const ProbeRequest& request) {
    const auto start = std::chrono::steady_clock::now();
    ProbeResult result = answerProbe(run(), request);
    run().noteWatched(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return result;
}

void TrainingRunner::startJob(const StartJobCommand& command) {
    if (command.kind != JobKind::evaluate)
        refuse("This version offers evaluations as its only job.");
    run().evaluate();
    evaluationJob_ = command.id;
}

void TrainingRunner::cancelJob(JobId id) {
    if (run_ && run_->hasWork() && id == evaluationJob_)
        run_->cancelWork();
}

void TrainingRunner::save(const SaveCommand&, RunnerOutput&) {
    refuse("This version keeps no checkpoints; settings, curves and log are in the run's folder.");
}

void TrainingRunner::load(const LoadCommand&, RunnerOutput&, const std::function<bool()>&) {
    refuse("This version cannot open a checkpoint; start a new run.");
}

void TrainingRunner::exportModel(const ExportCommand&, RunnerOutput&) {
    refuse("This version cannot export a network.");
}

void TrainingRunner::replayHistory(Step from, RunnerOutput& output) { run().record().replay(from, output); }

void TrainingRunner::beginFinish(FinishReason, bool quick, RunnerOutput&) {
    if (quick)
        run().cancelWork();
    else if (run().isLabelled())
        run().evaluate();
}

void TrainingRunner::finish(FinishReason, RunnerOutput& output) {
    if (!run_)
        return;
    run_->cancelWork();
    run_->reportReplacedCount(output);
    run_->record().finish();
}

void TrainingRunner::recordAcknowledgement(const Acknowledgement& acknowledgement) {
    if (run_)
        run_->record().change(acknowledgement.detail, acknowledgement.step, run_->trainSeconds());
}

} // namespace dinoscope
