// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"
#include "engine/api/probe.h"

#include <torch/torch.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace dinoscope {

/// The references of one evaluation, with their features under both networks as they were then.
struct FeatureBank {
    Step step{};
    std::vector<SampleIndex> samples; ///< (N), of the training source
    torch::Tensor pictures;           ///< (N, C, S, S) uint8
    torch::Tensor labels;             ///< (N) int64; -1: none
    torch::Tensor student, teacher;   ///< (N, D) float32 on the CPU, rows of L2 norm 1

    /// The row of a picture of the training source; nothing if it is not among the references.
    std::optional<std::int64_t> rowOf(SampleIndex sample) const;
};

/// The picture of one row, to be looked at. Any thread.
Image bankPicture(const FeatureBank& bank, std::int64_t row);

/// The `count` references whose features have the largest cosine similarity with `query` (D), float32 of L2 norm 1, the
/// nearest first; of equal ones the earlier first. `features` is bank.student or bank.teacher; the row `without` is
/// left out. Any thread; blocks for one product of a matrix with a vector.
/// @throws EngineError(badInput) if count is not between 1 and 1000.
std::vector<Neighbour> nearestReferences(const FeatureBank& bank, const torch::Tensor& features,
                                         const torch::Tensor& query, std::optional<std::int64_t> without,
                                         std::int64_t count);

} // namespace dinoscope
