// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "engine/api/engine.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dinoscope {

/// What a StepRunner may tell the outside while it works. Lives on the engine thread; owned by the runtime.
class RunnerOutput {
public:
    virtual ~RunnerOutput() = default;
    /// Records one value. `metric` indexes the catalogue's list.
    virtual void point(std::uint32_t metric, Step step, double value, double seconds) = 0;
    virtual void log(LogLevel level, std::string text) = 0;
};

/// What the runner reports of its own; the runtime completes it to a Snapshot.
struct RunnerStatus {
    Step step{};
    Epoch epoch{};
    double imagesPerSecond = 0, waitShare = 0, trainSeconds = 0, secondsLeft = -1;
    StepTimes times;
    WorkProgress work;
    std::optional<CacheState> cache;  ///< of the training pictures
    std::optional<Error> saveFailure; ///< of the checkpoint that was tried last
};

/// Longer work that a person asked for. Lives on the engine thread.
class Job {
public:
    virtual ~Job() = default;
    /// The next piece of work, at most about 50 ms or one training step. @returns the answer once it is complete.
    /// @throws EngineError, which ends the job.
    virtual std::optional<JobAnswer> slice(RunnerOutput& output) = 0;
    virtual WorkProgress progress() const = 0;
    /// The job is given up; slice() is not called again.
    virtual void cancel() {}
};

enum class StepOutcome {
    more,
    waiting, ///< no step was made: its pictures are not there yet
    plannedEnd,
    limitReached
};

/// The work behind the engine: implemented by the training room, and by fakes. Every member is called on the engine
/// thread only, between steps; each call should return within about 50 ms, except one training step. Any member may
/// throw EngineError or std::exception. The runtime turns that into a refusal (setParam, save, startJob, ...), a
/// refusal and state failed (open, load; with ErrorCode::cancelled: state empty), an answer with an error (probe), the
/// end of that work (workSlice), or state failed (everything else). A step() that throws ErrorCode::nonFinite or
/// ErrorCode::noPictures leaves the weights untouched; it only pauses the run.
class StepRunner {
public:
    virtual ~StepRunner() = default;

    virtual const EngineCatalog& catalog() const = 0;

    /// Prepares a run, replacing a former one. May take seconds; `keepGoing` is polled and returns false when the
    /// person gave up: then throw EngineError(cancelled).
    virtual void open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) = 0;
    virtual std::shared_ptr<const RunInfo> info() const = 0;
    virtual std::shared_ptr<const ParamSet> params() const = 0;
    /// Also called without a run, and from inside open() and load() through `keepGoing`, to show the progress.
    virtual RunnerStatus status() const = 0;

    /// One optimiser step; or none, if it would have to wait for pictures.
    virtual StepOutcome step(RunnerOutput& output) = 0;

    /// True while longer work (an evaluation) waits; it goes before the next step. `workSlice` does at most 50 ms of
    /// it.
    virtual bool hasWork() const = 0;
    virtual void workSlice(RunnerOutput& output) = 0;
    virtual void cancelWork() = 0;

    /// A checked live change; in force from the next step on. @returns "id: old -> new".
    virtual std::string setParam(const ParamSpec& spec, const ParamValue& value) = 0;

    virtual ProbeResult probe(const ProbeRequest& request) = 0;

    /// Begins longer work. @throws EngineError for a request that it does not offer or that cannot begin now.
    virtual std::unique_ptr<Job> startJob(const JobRequest& request) = 0;
    virtual void save(const SaveCommand& command, RunnerOutput& output) = 0;
    virtual void load(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) = 0;
    /// All points from a step on, from the run's own store.
    virtual void replayHistory(Step from, RunnerOutput& output) = 0;

    /// The run has ended: queue a closing evaluation as work unless `quick`; called once a run.
    virtual void beginFinish(FinishReason reason, bool quick, RunnerOutput& output) = 0;
    /// After the closing work: write and close the run's files. Called once a run that open() or load() prepared, also
    /// after a failure, and without beginFinish() before a run in state ready is replaced. The run itself stays for
    /// probes and saving until the next open().
    virtual void finish(FinishReason reason, RunnerOutput& output) = 0;

    /// A function that may be called from any thread, as long as the runner lives, to have tend() called soon.
    virtual void setWake(std::function<void()> wake) { (void)wake; }
    /// Called before the commands of each turn are taken, and soon after a wake: time to begin or report what goes on
    /// in other threads. Does not wait. @returns whether something of that has ended, which status() may tell.
    virtual bool tend(RunnerOutput& output) {
        (void)output;
        return false;
    }

    /// A live change was acknowledged; for the run's record.
    virtual void recordAcknowledgement(const Acknowledgement& acknowledgement) = 0;
};

} // namespace dinoscope
