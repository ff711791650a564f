// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/train/comparison.h"
#include "engine/train/training_step.h"

#include <functional>
#include <optional>
#include <string>

namespace dinoscope {

/// How to replay; what is absent is taken from the recording.
struct ReplayOptions {
    std::optional<Precision> precision;
    std::optional<double> tolerance;
    /// Told after each training step; returns false to stop with EngineError(cancelled).
    std::function<bool(std::int64_t step, std::int64_t steps)> progress;
};

// Each replays one recording with the classes training uses and compares every value. Formats: "dino-trace/1" folders
// with trace.json; folders forward/, loss/ and knn/; a schedules file. All block.
// @throws EngineError(badInput) for a recording that cannot be read or asks for what the program does not have.

/// A folder with trace.json, crops.safetensors, a start and the final tensors or samples.
ReplayReport replayTrace(const std::string& folder, const ReplayOptions& options = {});
/// A folder with forward.safetensors: outputs of networks filled by formula.
ReplayReport replayForward(const std::string& folder, const ReplayOptions& options = {});
/// A folder with loss.safetensors: successive calls of the DINO loss.
ReplayReport replayLoss(const std::string& folder, const ReplayOptions& options = {});
/// A folder with knn.safetensors: features, labels and the accuracies of weighted k-NN at a temperature of 0.07.
ReplayReport replayKnn(const std::string& folder, const ReplayOptions& options = {});
/// A safetensors file whose metadata holds the arguments of each schedule.
ReplayReport replaySchedules(const std::string& file, const ReplayOptions& options = {});

/// The training a trace.json describes. @throws EngineError(badInput) that names the file and the field.
TrainingOptions readTraceOptions(const std::string& folder);

} // namespace dinoscope
