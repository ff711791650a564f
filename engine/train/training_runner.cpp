// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/training_runner.h"

#include "engine/api/unclosed_run.h"
#include "engine/checkpoint/file_contents.h"
#include "engine/checkpoint/model_file.h"
#include "engine/data/reading_threads.h"
#include "engine/support/check.h"
#include "engine/train/bench_data_job.h"
#include "engine/train/catalog.h"
#include "engine/train/evaluation_job.h"
#include "engine/train/export_job.h"
#include "engine/train/kept_moment.h"
#include "engine/train/live_run.h"
#include "engine/train/run_probes.h"
#include "engine/train/saved_run.h"
#include "engine/train/scan_job.h"
#include "engine/train/verify_job.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace dinoscope {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw EngineError(ErrorCode::notAllowed, "train", sentence); }

/// Waits for an evaluation, which is work of the run itself.
class EvaluationJob : public Job {
public:
    explicit EvaluationJob(std::weak_ptr<LiveRun> run) : run_(std::move(run)) {}

    std::optional<JobAnswer> slice(RunnerOutput& output) override {
        const auto run = run_.lock();
        if (!run)
            throw EngineError(ErrorCode::cancelled, "train", "The run was closed before its accuracy was measured.");
        if (run->hasWork())
            run->workSlice(output);
        return run->hasWork() ? std::nullopt : std::optional(JobAnswer{});
    }
    WorkProgress progress() const override { return {}; }
    void cancel() override {
        if (const auto run = run_.lock())
            run->cancelWork();
    }

private:
    std::weak_ptr<LiveRun> run_;
};

Slices<JobAnswer> inspected(std::string path) { co_return inspectFile(path); }

Slices<JobAnswer> noted(NoteRunRequest request) {
    keepNote(request);
    co_return JobAnswer{};
}

/// The catalogue lives as long as the runner.
Slices<JobAnswer> recorded(std::string folder, const EngineCatalog& catalog) { co_return readRecord(folder, catalog); }

class SlicedJob : public Job {
public:
    explicit SlicedJob(Slices<JobAnswer> work) : work_(std::move(work)) {}

    std::optional<JobAnswer> slice(RunnerOutput&) override {
        return work_.next() ? std::nullopt : std::optional(work_.take());
    }
    WorkProgress progress() const override { return work_.progress(); }

private:
    Slices<JobAnswer> work_;
};

} // namespace

TrainingRunner::TrainingRunner() : catalog_(makeCatalog()) {}

TrainingRunner::~TrainingRunner() = default;

LiveRun& TrainingRunner::run() const {
    if (!run_)
        refuse("There is no run yet; start one first.");
    return *run_;
}

void TrainingRunner::open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    prepare(command, {}, output, keepGoing);
}

void TrainingRunner::load(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    if (std::filesystem::is_directory(command.path)) {
        resume(command, output, keepGoing);
        return;
    }
    const ModelFile file = readModelFile(command.path);
    RunStart start;
    start.file = &file;
    prepare(command.run, start, output, keepGoing);
}

void TrainingRunner::resume(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    const std::string folder = runFolderPath(command.path);
    OpenCommand run = command.run;
    run.runFolder = runFolderPath(run.runFolder);
    const bool stays = run.runFolder == folder;
    if (stays && command.at)
        refuse("In its own folder a run goes on from its newest checkpoint: name another folder to fork it at step " +
               std::to_string(command.at->value) + ".");
    const auto go = [&](const ParamSet& params, const RunStart& start) {
        run.params = params;
        for (const auto& [id, value] : command.run.params.values())
            if (const auto error = run.params.set(catalog_.params, id, value))
                throw EngineError(*error);
        prepare(run, start, output, keepGoing);
    };
    RunStart start;
    start.look = command.look;
    if (const auto unsaved = stays ? unsavedRun(folder, catalog_) : std::nullopt) {
        if (command.look)
            throw EngineError(ErrorCode::notFound, "train",
                              "The run in '" + folder +
                                  "' ended before its first checkpoint, so there is nothing to "
                                  "look at: '" +
                                  continueCommand(folder) + "' begins it again.");
        start.unsaved = &*unsaved;
        go(*unsaved, start);
        output.log(LogLevel::info,
                   "The run in '" + folder + "' ended before its first checkpoint: it begins again with its settings.");
        return;
    }
    const SavedRun saved = readSavedRun(folder, command.at, catalog_);
    start.saved = &saved;
    go(saved.params, start);
}

void TrainingRunner::prepare(const OpenCommand& command, const RunStart& start, RunnerOutput& output,
                             const std::function<bool()>& keepGoing) {
    moment_.reset();
    run_.reset(); // its memory is needed
    const auto progress = [&](const WorkProgress& work) {
        preparing_ = work;
        return keepGoing();
    };
    try {
        run_ = std::make_shared<LiveRun>(command, catalog_, start, output, progress);
    } catch (...) {
        preparing_ = {};
        throw;
    }
    preparing_ = {};
    if (RunSaver* saver = run_->saver())
        saver->onEnd(wake_);
}

bool TrainingRunner::tend(RunnerOutput& output) {
    for (std::string& sentence : takeUnanswered())
        output.log(LogLevel::warning, std::move(sentence));
    return run_ && run_->tend(output);
}

std::shared_ptr<const RunInfo> TrainingRunner::info() const { return run_ ? run_->info() : nullptr; }

std::shared_ptr<const ParamSet> TrainingRunner::params() const { return run_ ? run_->params() : nullptr; }

RunnerStatus TrainingRunner::status() const {
    if (run_) {
        RunnerStatus status = run_->status();
        if (moment_ && moment_->hasWork() && !run_->hasWork())
            status.work = moment_->progress();
        return status;
    }
    RunnerStatus status;
    status.work = preparing_;
    return status;
}

StepOutcome TrainingRunner::step(RunnerOutput& output) { return run().step(output); }

bool TrainingRunner::hasWork() const { return run_ && (run_->hasWork() || (moment_ && moment_->hasWork())); }

void TrainingRunner::workSlice(RunnerOutput& output) {
    if (run().hasWork())
        run().workSlice(output);
    else
        moment_->workSlice();
}

void TrainingRunner::cancelWork() {
    if (moment_)
        moment_->cancelWork();
    run().cancelWork();
}

std::string TrainingRunner::setParam(const ParamSpec& spec, const ParamValue& value) {
    return run().setParam(catalog_, spec, value);
}

ProbeResult TrainingRunner::probe(const ProbeRequest& request) {
    const auto start = std::chrono::steady_clock::now();
    if (request.moment && (!moment_ || moment_->step() != *request.moment))
        moment_ = std::make_unique<KeptMoment>(run(), catalog_, *request.moment);
    ProbeResult result = answerProbe(run(), request.moment ? moment_.get() : nullptr, request);
    run().noteWatched(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return result;
}

std::unique_ptr<Job> TrainingRunner::startJob(const JobRequest& request) {
    if (std::holds_alternative<EvaluateRunRequest>(request)) {
        run().evaluate();
        return std::make_unique<EvaluationJob>(run_);
    }
    if (const auto* inspect = std::get_if<InspectRequest>(&request))
        return std::make_unique<SlicedJob>(inspected(inspect->path));
    if (const auto* knn = std::get_if<KnnRequest>(&request))
        return std::make_unique<SlicedJob>(evaluateNeighbours(*knn));
    if (const auto* linear = std::get_if<LinearRequest>(&request))
        return std::make_unique<SlicedJob>(evaluateLinear(*linear));
    if (const auto* check = std::get_if<CheckRunRequest>(&request))
        return std::make_unique<SlicedJob>(checkRun(*check));
    if (const auto* note = std::get_if<NoteRunRequest>(&request))
        return std::make_unique<SlicedJob>(noted(*note));
    if (const auto* record = std::get_if<ReadRunRequest>(&request))
        return std::make_unique<SlicedJob>(recorded(record->path, catalog_));
    if (const auto* exported = std::get_if<ExportRequest>(&request))
        return std::make_unique<SlicedJob>(exportFrom(*exported, run_, catalog_));
    if (const auto* scan = std::get_if<ScanRequest>(&request))
        return std::make_unique<SlicedJob>(scanPictures(*scan));
    if (const auto* bench = std::get_if<BenchDataRequest>(&request))
        return std::make_unique<SlicedJob>(benchData(*bench));
    return std::make_unique<SlicedJob>(verifyRecordings(std::get<VerifyRequest>(request)));
}

void TrainingRunner::save(const SaveCommand& command, RunnerOutput& output) {
    RunSaver* saver = run().saver();
    if (!saver)
        refuse("This run keeps no folder, so there is no place for a checkpoint.");
    saver->askByHand(command.note);
    run().tend(output);
}

void TrainingRunner::replayHistory(Step from, RunnerOutput& output) { run().record().replay(from, output); }

void TrainingRunner::beginFinish(FinishReason, bool quick, RunnerOutput&) {
    if (quick)
        run().cancelWork();
    else if (run().isLabelled())
        run().evaluate();
    if (RunSaver* saver = run().saver(); saver && !quick)
        saver->beginClosing();
}

void TrainingRunner::finish(FinishReason, RunnerOutput& output) {
    if (!run_)
        return;
    run_->finish(output);
}

void TrainingRunner::recordAcknowledgement(const Acknowledgement& acknowledgement) {
    if (run_)
        run_->record().change(acknowledgement.detail, acknowledgement.step, run_->trainSeconds());
}

} // namespace dinoscope
