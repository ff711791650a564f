// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/epoch_log.h"
#include "engine/checkpoint/run_folder.h"
#include "engine/runtime/step_runner.h"
#include "engine/train/metrics.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// Where the points of a run go: to the window, and into the run folder or, without one, into memory, so that they can
/// be sent again. Engine thread only; writing does not block it.
class RunRecord {
public:
    /// `folder` empty: nothing is written. `events`: for TensorBoard, too. @throws EngineError as RunFolder.
    RunRecord(const std::string& folder, const std::string& configText, std::int64_t stepsPerEpoch, bool events);

    /// Goes on in a run's folder. @throws EngineError as RunFolder.
    RunRecord(const std::string& folder, const Continuation& from, std::int64_t stepsPerEpoch, double seconds,
              bool events);

    /// Takes over what another run recorded up to a step. @throws EngineError(io).
    void copyFrom(const std::string& folder, Step upTo);
    /// Live changes so far.
    std::int64_t changes() const { return changes_; }
    /// Blocks until everything so far was written, or writing failed. Any thread.
    void flush();

    /// Records a value measured after `step` finished steps, `seconds` of training into the run.
    void point(RunnerOutput& output, Metric metric, Step step, double value, double seconds);
    /// To be called after the points of a step. The log's line of an epoch that ends here waits for the next step, so
    /// that accuracies measured in between stand in it.
    void endStep(RunnerOutput& output, Step step, double seconds);
    void change(const std::string& text, Step step, double seconds);
    /// Closes the log of a begun epoch and writes everything. Later calls do nothing.
    /// @throws EngineError(io) if that failed.
    void finish();
    /// All points so far. Blocks until they are written. @throws EngineError(io).
    std::vector<MetricPoint> points();
    /// Sends all points from a step on again. @throws EngineError(io).
    void replay(Step from, RunnerOutput& output);

private:
    struct Moment {
        Step step{};
        double seconds = 0;
    };
    void closeEpoch();
    void tellProblem(RunnerOutput& output);

    std::int64_t stepsPerEpoch_;
    EpochLog epochLog_;
    std::unique_ptr<RunFolder> folder_;
    std::vector<MetricPoint> kept_; ///< without a folder
    std::optional<Moment> ended_;   ///< the epoch that waits for its line
    Moment newest_;
    std::int64_t changes_ = 0;
    bool finished_ = false;
};

} // namespace dinoscope
