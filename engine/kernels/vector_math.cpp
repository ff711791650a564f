// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/vector_math.h"

#include "engine/kernels/multiversion.h"

#include <bit>
#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

/// e^x for x <= 0, within two units of the last place; below -87 the result is 0 to single precision's normal range.
/// Cephes-style: x = n ln 2 + r with |r| <= ln 2 / 2, polynomial in r, n into the exponent.
inline __attribute__((always_inline)) float expNonPositive(float x) {
    x = x < -87.0f ? -87.0f : x;
    const float shifted = x * 1.44269504088896341f + 12582912.0f; // 1.5 * 2^23: rounds to the nearest integer
    const float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    const std::int32_t bits = std::bit_cast<std::int32_t>(shifted) << 23;
    return std::bit_cast<float>(std::bit_cast<std::int32_t>(p) + bits);
}

// Lanes of their own keep the order of a sum fixed and let its loop use whole vectors; so do those of a maximum.
constexpr std::int64_t kLanes = 16;

inline __attribute__((always_inline)) float highestOf(const float* __restrict x, std::int64_t n) {
    float lanes[kLanes];
    for (float& lane : lanes)
        lane = -std::numeric_limits<float>::infinity();
    const std::int64_t whole = n - n % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t j = 0; j < kLanes; ++j)
            lanes[j] = lanes[j] < x[i + j] ? x[i + j] : lanes[j];
    for (std::int64_t i = whole; i < n; ++i)
        lanes[0] = lanes[0] < x[i] ? x[i] : lanes[0];
    for (float lane : lanes)
        lanes[0] = lanes[0] < lane ? lane : lanes[0];
    return lanes[0];
}

} // namespace

DINOSCOPE_KERNEL SoftmaxSums softmaxRow(const float* __restrict x, const float* __restrict center, float temperature,
                                        std::int64_t n, float* __restrict out) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = (x[i] - center[i]) / temperature;
    const float highest = highestOf(out, n);
    float sums[kLanes] = {}, dots[kLanes] = {};
    const std::int64_t whole = n - n % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t j = 0; j < kLanes; ++j) {
            const float z = out[i + j] - highest, e = expNonPositive(z);
            out[i + j] = e;
            sums[j] += e;
            dots[j] += e * z;
        }
    double sum = 0, dot = 0;
    for (std::int64_t i = whole; i < n; ++i) {
        const float z = out[i] - highest, e = expNonPositive(z);
        out[i] = e;
        sum += e;
        dot += e * z;
    }
    for (std::int64_t j = 0; j < kLanes; ++j) {
        sum += sums[j];
        dot += dots[j];
    }
    const auto inverse = static_cast<float>(1 / sum);
    for (std::int64_t i = 0; i < n; ++i)
        out[i] *= inverse;
    return {highest + std::log(sum), std::log(sum) - dot / sum};
}

DINOSCOPE_KERNEL void addRows(const float* __restrict a, const float* __restrict b, std::int64_t n,
                              float* __restrict out) {
    for (std::int64_t i = 0; i < n; ++i)
        out[i] = a[i] + b[i];
}

DINOSCOPE_KERNEL double crossEntropyRow(const float* __restrict x, const float* __restrict target, float count,
                                        float temperature, float gradientScale, std::int64_t n,
                                        float* __restrict gradient) {
    for (std::int64_t i = 0; i < n; ++i)
        gradient[i] = x[i] / temperature;
    const float highest = highestOf(gradient, n);
    float sums[kLanes] = {}, dots[kLanes] = {};
    const std::int64_t whole = n - n % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t j = 0; j < kLanes; ++j) {
            const float z = gradient[i + j] - highest, e = expNonPositive(z);
            gradient[i + j] = e;
            sums[j] += e;
            dots[j] += target[i + j] * z;
        }
    double sum = 0, dot = 0;
    for (std::int64_t i = whole; i < n; ++i) {
        const float z = gradient[i] - highest, e = expNonPositive(z);
        gradient[i] = e;
        sum += e;
        dot += target[i] * z;
    }
    for (std::int64_t j = 0; j < kLanes; ++j) {
        sum += sums[j];
        dot += dots[j];
    }
    const auto soft = static_cast<float>(count * gradientScale / sum);
    for (std::int64_t i = 0; i < n; ++i)
        gradient[i] = gradient[i] * soft - target[i] * gradientScale;
    // The target sums to count, so the highest value cancels between both terms.
    return count * std::log(sum) - dot;
}

} // namespace dinoscope
