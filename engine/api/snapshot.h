// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/cache_state.h"
#include "engine/api/error.h"
#include "engine/api/metric.h"
#include "engine/api/param.h"
#include "engine/api/run_state.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// Facts of an open run that do not change while it is open.
struct RunInfo {
    std::string name;
    std::string runFolder; ///< empty: nothing is written
    std::string dataName;
    std::int64_t sampleCount = 0;
    std::vector<std::string> classNames; ///< empty: no labels
    std::int64_t channels = 0;
    std::string device;    ///< "cpu" or "cuda"
    std::string precision; ///< "float32" or "bfloat16"
    std::int64_t threads = 0;
    std::string backbone;
    std::int64_t blocks = 0, heads = 0, patchSize = 0, featureWidth = 0;
    bool hasAttention = false;
    std::int64_t prototypes = 0; ///< K
    std::int64_t globalCrops = 2, localCrops = 0;
    std::int64_t parameterCount = 0; ///< of one network
    std::int64_t stepsPerEpoch = 0, plannedSteps = 0;
    std::vector<ReferenceLine> referenceLines;
};

/// Progress of work that is not a training step.
struct WorkProgress {
    std::string what; ///< "Evaluating k-NN", empty: none
    std::int64_t done = 0, total = 0;
};

/// Where the time of a step went, exponential average in milliseconds.
struct StepTimes {
    double dataWaitMs = 0, teacherMs = 0, studentMs = 0, backwardMs = 0, optimizerMs = 0, publishMs = 0, totalMs = 0;
};

/// The newest state of the engine. Immutable once published.
struct Snapshot {
    std::uint64_t revision = 0;
    RunState state = RunState::empty;          ///< in force
    RunState requestedState = RunState::empty; ///< asked for; differs while a command is under way
    FinishReason finishReason = FinishReason::none;
    Step step{};
    Epoch epoch{};
    double imagesPerSecond = 0;
    double waitShare = 0;         ///< part of the step spent waiting for data, 0 to 1
    double trainSeconds = 0;      ///< evaluation and pauses not counted
    double secondsLeft = -1;      ///< negative: unknown
    std::int64_t memoryBytes = 0; ///< resident set of the process
    StepTimes times;
    std::optional<CacheState> cache; ///< of the training pictures; nothing: nothing is cached
    WorkProgress work;               ///< of the runner, or of the job in work
    std::optional<Error> lastError;
    /// Why the checkpoint that was tried last was not saved, while training goes on; nothing: it was.
    std::optional<Error> saveFailure;
    std::shared_ptr<const RunInfo> run;     ///< null in state empty
    std::shared_ptr<const ParamSet> params; ///< in force; null in state empty
};

} // namespace dinoscope
