// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

// Two signs of collapse (paper, section 5.3; lightly, utils/debug.py). No gradient is followed.

/// Standard deviation over the rows of L2-normalised features (rows, D), averaged over D, times √D: 1 for features that
/// spread evenly, 0 if all are equal. At least two rows.
double featureSpread(const torch::Tensor& features);

/// How many of the K outputs are the largest of at least one row of (rows, K).
std::int64_t winningPrototypes(const torch::Tensor& logits);

} // namespace dinoscope
