// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dinoscope {

// Arithmetic of the temperature laboratory on copies of logits, in float64. No engine, no torch; any thread.
// Formulas: DINO (arXiv 2104.14294), section 3.1.

/// softmax((logits - center) / temperature); an empty center means none. Temperature > 0.
std::vector<double> softmaxUnderTemperature(std::span<const float> logits, std::span<const float> center,
                                            double temperature);

/// -sum p ln p in nats.
double entropyOf(std::span<const double> p);

/// -sum q ln p in nats; terms with q = 0 count as 0.
double crossEntropy(std::span<const double> q, std::span<const double> p);

/// Sum of the `count` largest entries.
double topShare(std::span<const double> p, std::int64_t count);

struct PairLossMatrix {
    std::int64_t teacherViews = 0, studentViews = 0;
    std::vector<double> values; ///< (teacherViews, studentViews); NaN for a view with itself
    double loss = 0;            ///< mean over the pairs that count
    double teacherEntropy = 0;  ///< mean over the teacher views
    double kl = 0;              ///< loss - the entropies weighed as the pairs weigh them
};

/// Cross-entropy of every teacher view against every student view of one picture but itself: the student's first
/// `sharedViews` are the teacher's. `student` is (studentViews, K), `teacher` (teacherViews, K), row-major.
PairLossMatrix pairLosses(std::span<const float> student, std::span<const float> teacher, std::span<const float> center,
                          std::int64_t prototypes, double studentTemperature, double teacherTemperature,
                          std::int64_t sharedViews = 2);

} // namespace dinoscope
