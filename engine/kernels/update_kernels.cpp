// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/update_kernels.h"

#include "engine/kernels/multiversion.h"

#include <cmath>

namespace dinoscope {
namespace {

#define DINOSCOPE_INLINE inline __attribute__((always_inline))

/// a * b + c. LibTorch's element-wise operations fuse some products with the sum that takes them, where the processor
/// can, and round others first. These loops do as they do (this file is compiled without fusing on its own), so that in
/// float64 they give what torch.optim gives to the bit: recordings of long chains magnify every rounding.
template <bool Fused, class T> DINOSCOPE_INLINE T multiplyAdd(T a, T b, T c) {
    if constexpr (Fused)
        return std::fma(a, b, c);
    return a * b + c;
}

/// Whether the running version of a kernel has the instruction.
DINOSCOPE_INLINE bool canFuse() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

template <bool Fused, class T>
DINOSCOPE_INLINE void adamWLoop(T* __restrict p, const T* __restrict g, T* __restrict m, T* __restrict v,
                                std::int64_t n, const AdamWFactors& f) {
    const T scale = static_cast<T>(f.gradientScale), decay = static_cast<T>(f.decayFactor);
    const T step = static_cast<T>(f.stepSize), correction = static_cast<T>(f.rootCorrection);
    const T rest1 = static_cast<T>(1 - f.beta1), beta2 = static_cast<T>(f.beta2), rest2 = static_cast<T>(1 - f.beta2);
    const T epsilon = static_cast<T>(f.epsilon);
    for (std::int64_t i = 0; i < n; ++i) {
        const T gradient = g[i] * scale;
        const T mean = multiplyAdd<Fused>(rest1, gradient - m[i], m[i]);
        const T square = multiplyAdd<Fused>(rest2 * gradient, gradient, v[i] * beta2);
        m[i] = mean;
        v[i] = square;
        p[i] = p[i] * decay - step * mean / (std::sqrt(square) / correction + epsilon);
    }
}

template <bool Fused, class T>
DINOSCOPE_INLINE void momentumLoop(T* __restrict p, const T* __restrict g, T* __restrict b, std::int64_t n,
                                   const MomentumFactors& f) {
    const T scale = static_cast<T>(f.gradientScale), decay = static_cast<T>(f.decay);
    const T momentum = static_cast<T>(f.momentum), ratio = static_cast<T>(f.ratio), lr = static_cast<T>(f.learningRate);
    for (std::int64_t i = 0; i < n; ++i) {
        const T direction = multiplyAdd<Fused>(decay, p[i], g[i] * scale);
        const T buffer = b[i] * momentum + direction * ratio;
        b[i] = buffer;
        p[i] = multiplyAdd<Fused>(-lr, buffer, p[i]);
    }
}

template <class T>
DINOSCOPE_INLINE void averageLoop(T* __restrict teacher, const T* __restrict student, std::int64_t n, double momentum) {
    const T keep = static_cast<T>(momentum), take = static_cast<T>(1 - momentum);
    for (std::int64_t i = 0; i < n; ++i)
        teacher[i] = teacher[i] * keep + student[i] * take;
}

constexpr std::int64_t kLanes = 16;

/// Lanes of their own fix the order of summation.
template <class Square> DINOSCOPE_INLINE double laneSum(std::int64_t n, const Square& square) {
    double sums[kLanes] = {};
    const std::int64_t whole = n - n % kLanes;
    for (std::int64_t i = 0; i < whole; i += kLanes)
        for (std::int64_t j = 0; j < kLanes; ++j)
            sums[j] += square(i + j);
    double sum = 0;
    for (std::int64_t i = whole; i < n; ++i)
        sum += square(i);
    for (double lane : sums)
        sum += lane;
    return sum;
}

template <class T> DINOSCOPE_INLINE double squares(const T* __restrict values, std::int64_t n) {
    return laneSum(n, [=](std::int64_t i) { return static_cast<double>(values[i]) * static_cast<double>(values[i]); });
}

template <class T>
DINOSCOPE_INLINE double decayedSquares(const T* __restrict g, const T* __restrict p, double scale, double decay,
                                       std::int64_t n) {
    return laneSum(n, [=](std::int64_t i) {
        const double value = static_cast<double>(g[i]) * scale + static_cast<double>(p[i]) * decay;
        return value * value;
    });
}

} // namespace

DINOSCOPE_KERNEL void adamWUpdate(float* parameter, const float* gradient, float* mean, float* square, std::int64_t n,
                                  const AdamWFactors& factors) {
    if (canFuse())
        adamWLoop<true>(parameter, gradient, mean, square, n, factors);
    else
        adamWLoop<false>(parameter, gradient, mean, square, n, factors);
}

DINOSCOPE_KERNEL void adamWUpdate(double* parameter, const double* gradient, double* mean, double* square,
                                  std::int64_t n, const AdamWFactors& factors) {
    if (canFuse())
        adamWLoop<true>(parameter, gradient, mean, square, n, factors);
    else
        adamWLoop<false>(parameter, gradient, mean, square, n, factors);
}

DINOSCOPE_KERNEL void momentumUpdate(float* parameter, const float* gradient, float* buffer, std::int64_t n,
                                     const MomentumFactors& factors) {
    if (canFuse())
        momentumLoop<true>(parameter, gradient, buffer, n, factors);
    else
        momentumLoop<false>(parameter, gradient, buffer, n, factors);
}

DINOSCOPE_KERNEL void momentumUpdate(double* parameter, const double* gradient, double* buffer, std::int64_t n,
                                     const MomentumFactors& factors) {
    if (canFuse())
        momentumLoop<true>(parameter, gradient, buffer, n, factors);
    else
        momentumLoop<false>(parameter, gradient, buffer, n, factors);
}

DINOSCOPE_KERNEL void averageUpdate(float* teacher, const float* student, std::int64_t n, double momentum) {
    averageLoop(teacher, student, n, momentum);
}

DINOSCOPE_KERNEL void averageUpdate(double* teacher, const double* student, std::int64_t n, double momentum) {
    averageLoop(teacher, student, n, momentum);
}

DINOSCOPE_KERNEL double sumOfSquares(const float* values, std::int64_t n) { return squares(values, n); }

DINOSCOPE_KERNEL double sumOfSquares(const double* values, std::int64_t n) { return squares(values, n); }

DINOSCOPE_KERNEL double sumOfSquaresDecayed(const float* gradient, const float* parameter, double gradientScale,
                                            double decay, std::int64_t n) {
    return decayedSquares(gradient, parameter, gradientScale, decay, n);
}

DINOSCOPE_KERNEL double sumOfSquaresDecayed(const double* gradient, const double* parameter, double gradientScale,
                                            double decay, std::int64_t n) {
    return decayedSquares(gradient, parameter, gradientScale, decay, n);
}

} // namespace dinoscope
