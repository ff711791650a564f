// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

// Loops over one row of floats, for whole vectors. No pointer may overlap another.

struct SoftmaxSums {
    double logSumExp = 0; ///< of the scaled logits
    double entropy = 0;
};

/// out = softmax((x - center) / temperature) over n values, with its entropy. Divides, so that the quotients are
/// rounded as everywhere: where they are large, their last bit shows in the result.
SoftmaxSums softmaxRow(const float* x, const float* center, float temperature, std::int64_t n, float* out);

/// out = a + b
void addRows(const float* a, const float* b, std::int64_t n, float* out);

/// With z = x / temperature: gradient = (count softmax(z) - target) * gradientScale; @returns count lse(z) - target ·
/// z.
double crossEntropyRow(const float* x, const float* target, float count, float temperature, float gradientScale,
                       std::int64_t n, float* gradient);

} // namespace dinoscope
