// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/support/slices.h"
#include "engine/train/comparison.h"
#include "engine/train/training_step.h"

#include <optional>
#include <string>

namespace dinoscope {

/// How to replay; what is absent is taken from the recording.
struct ReplayOptions {
    std::optional<Precision> precision;
    std::optional<double> tolerance;
    std::string device = "cpu";
};

// Each replays one recording with the classes training uses and compares every value, a training step or a network a
// slice. Formats: "dino-trace/1", and the others of the reference recordings.
// @throws EngineError(badInput) for a recording that cannot be read or asks for what the program does not have.

/// A folder with trace.json, crops.safetensors, a start and the final tensors or samples.
Slices<ReplayReport> replayTrace(std::string folder, ReplayOptions options = {});
/// Outputs of networks filled by formula.
Slices<ReplayReport> replayForward(std::string file, ReplayOptions options = {});
/// Successive calls of the DINO loss.
Slices<ReplayReport> replayLoss(std::string file, ReplayOptions options = {});
/// Weighted k-NN accuracies, which are exact up to the rounding of the recorded numbers.
Slices<ReplayReport> replayKnn(std::string file, ReplayOptions options = {});
/// A file whose metadata holds the arguments of each schedule.
Slices<ReplayReport> replaySchedules(std::string file, ReplayOptions options = {});

/// A folder with source.png, manifest.json and what Pillow and torchvision made of the source by each operation.
Slices<ReplayReport> replayImageOps(std::string folder, ReplayOptions options = {});
/// Moments and quantiles of the boxes of torchvision's RandomResizedCrop.
Slices<ReplayReport> replayCropStatistics(std::string file, ReplayOptions options = {});

/// The training a trace.json describes. @throws EngineError(badInput) that names the file and the field.
TrainingOptions readTraceOptions(const std::string& folder);

} // namespace dinoscope
