// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace dinoscope {

/// What the loss of the newest step was computed from. Crop-major: row v B + b is view v of picture b. Any
/// floating-point type, any device; no gradient is followed.
struct BatchLogits {
    torch::Tensor student;                                 ///< (V * B, K), raw
    torch::Tensor teacher;                                 ///< (2 * B, K), raw, before centring
    torch::Tensor center;                                  ///< (1, K) as in that step's loss: a copy; undefined: none
    double studentTemperature = 0, teacherTemperature = 0; ///< in force in that step
    std::int64_t batchSize = 0;                            ///< B; 0: there was no step, logits are undefined
    std::int64_t sharedViews = 2; ///< how many of the student's first views are also the teacher's: 2 or 0
};

/// In how many rows of the batch each prototype is the largest, (K) each. The teacher's logits are centred first. Of
/// equal values the first counts. Both are empty without a batch.
struct PrototypeWins {
    std::vector<std::int32_t> teacher, student;
};
PrototypeWins prototypeWins(const BatchLogits& logits);

/// The logits of one row of the batch. `crops` is cropsOfBatch() of that row: it gives caption and pictures.
/// Engine thread; blocks while wins are counted, one pass over all logits.
/// @throws EngineError(notAllowed) without a batch, EngineError(badInput) if the row is outside it,
/// EngineError(internal) if shapes do not fit.
SoftmaxAnswer softmaxOfBatch(const BatchLogits& logits, std::int64_t row, const CropsAnswer& crops);

/// Blocks of views, each (n, C, H, W), to logits (all views, K) in their order.
using LogitsFunction = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

/// Both networks, which whoever asks has put into evaluation mode (EvaluationScope).
struct NetworkLogits {
    LogitsFunction student, teacher;
};

/// The logits of a picture outside the batch, under running statistics. `blocks` are the views of `crops` as the
/// networks take them, see viewBlocks(); the teacher sees the first block alone, the student that one if it shares its
/// views, and the others. Centre, temperatures and wins are those of `batch`, which may be one without logits. Engine
/// thread; blocks for two forward passes of one picture.
/// @throws EngineError(internal) if shapes do not fit, and what the networks throw.
SoftmaxAnswer softmaxOfPicture(const CropsAnswer& crops, const std::vector<torch::Tensor>& blocks,
                               const NetworkLogits& networks, const BatchLogits& batch);

} // namespace dinoscope
