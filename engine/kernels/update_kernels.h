// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

// Element-wise loops of the optimisers over n values, for float and double. No pointer may overlap another. Each value
// depends on its own index alone, so a caller may cut a range into pieces for several threads.

/// Factors of one AdamW step (Loshchilov and Hutter, 2019; torch.optim.AdamW).
struct AdamWFactors {
    double gradientScale = 1;  ///< clipping
    double decayFactor = 1;    ///< 1 - lr * wd
    double stepSize = 0;       ///< lr / (1 - beta1^t)
    double rootCorrection = 1; ///< sqrt(1 - beta2^t)
    double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

void adamWUpdate(float* parameter, const float* gradient, float* mean, float* square, std::int64_t n,
                 const AdamWFactors& factors);
void adamWUpdate(double* parameter, const double* gradient, double* mean, double* square, std::int64_t n,
                 const AdamWFactors& factors);

/// Factors of one step with a momentum buffer: SGD and LARS.
/// g = gradientScale * gradient + decay * parameter, buffer = momentum * buffer + ratio * g, parameter -= lr * buffer.
struct MomentumFactors {
    double gradientScale = 1, decay = 0, momentum = 0.9, ratio = 1, learningRate = 0;
};

void momentumUpdate(float* parameter, const float* gradient, float* buffer, std::int64_t n,
                    const MomentumFactors& factors);
void momentumUpdate(double* parameter, const double* gradient, double* buffer, std::int64_t n,
                    const MomentumFactors& factors);

/// teacher = momentum * teacher + (1 - momentum) * student
void averageUpdate(float* teacher, const float* student, std::int64_t n, double momentum);
void averageUpdate(double* teacher, const double* student, std::int64_t n, double momentum);

/// Sum of squares, summed in double in an order that depends on n alone.
double sumOfSquares(const float* values, std::int64_t n);
double sumOfSquares(const double* values, std::int64_t n);

/// Sum of squares of gradientScale * gradient + decay * parameter.
double sumOfSquaresDecayed(const float* gradient, const float* parameter, double gradientScale, double decay,
                           std::int64_t n);
double sumOfSquaresDecayed(const double* gradient, const double* parameter, double gradientScale, double decay,
                           std::int64_t n);

} // namespace dinoscope
