// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/softmax_lab.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace dinoscope {
namespace {

/// ln softmax, kept apart from softmax so that tiny probabilities do not become ln 0.
std::vector<double> logSoftmax(std::span<const float> logits, double temperature) {
    std::vector<double> values(logits.size());
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < logits.size(); ++k) {
        values[k] = logits[k] / temperature;
        largest = std::max(largest, values[k]);
    }
    double sum = 0;
    for (const double value : values)
        sum += std::exp(value - largest);
    const double logSum = largest + std::log(sum);
    for (double& value : values)
        value -= logSum;
    return values;
}

} // namespace

std::vector<double> softmaxUnderTemperature(std::span<const float> logits, std::span<const float> center,
                                            double temperature) {
    std::vector<double> p(logits.size());
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < p.size(); ++k) {
        p[k] = (logits[k] - (center.empty() ? 0.0 : static_cast<double>(center[k]))) / temperature;
        largest = std::max(largest, p[k]);
    }
    double sum = 0;
    for (double& value : p) {
        value = std::exp(value - largest);
        sum += value;
    }
    for (double& value : p)
        value /= sum;
    return p;
}

double entropyOf(std::span<const double> p) { return crossEntropy(p, p); }

double crossEntropy(std::span<const double> q, std::span<const double> p) {
    double sum = 0;
    for (std::size_t k = 0; k < q.size(); ++k)
        if (q[k] > 0)
            sum -= q[k] * std::log(p[k]);
    return sum;
}

double topShare(std::span<const double> p, std::int64_t count) {
    std::vector<double> sorted(p.begin(), p.end());
    const auto middle = sorted.begin() + std::min<std::ptrdiff_t>(count, static_cast<std::ptrdiff_t>(sorted.size()));
    std::partial_sort(sorted.begin(), middle, sorted.end(), std::greater<>());
    double sum = 0;
    for (auto it = sorted.begin(); it != middle; ++it)
        sum += *it;
    return sum;
}

PairLossMatrix pairLosses(std::span<const float> student, std::span<const float> teacher, std::span<const float> center,
                          std::int64_t prototypes, double studentTemperature, double teacherTemperature,
                          std::int64_t sharedViews) {
    const auto width = static_cast<std::size_t>(prototypes);
    PairLossMatrix matrix;
    matrix.studentViews = static_cast<std::int64_t>(student.size() / width);
    matrix.teacherViews = static_cast<std::int64_t>(teacher.size() / width);
    matrix.values.assign(static_cast<std::size_t>(matrix.teacherViews * matrix.studentViews),
                         std::numeric_limits<double>::quiet_NaN());
    double pairs = 0;
    double pairEntropy = 0;
    for (std::int64_t t = 0; t < matrix.teacherViews; ++t) {
        const auto q = softmaxUnderTemperature(teacher.subspan(static_cast<std::size_t>(t) * width, width), center,
                                               teacherTemperature);
        const double entropy = entropyOf(q);
        matrix.teacherEntropy += entropy / static_cast<double>(matrix.teacherViews);
        for (std::int64_t s = 0; s < matrix.studentViews; ++s) {
            if (s == t && s < sharedViews)
                continue;
            const auto logP =
                logSoftmax(student.subspan(static_cast<std::size_t>(s) * width, width), studentTemperature);
            double value = 0;
            for (std::size_t k = 0; k < width; ++k)
                if (q[k] > 0)
                    value -= q[k] * logP[k];
            matrix.values[static_cast<std::size_t>(t * matrix.studentViews + s)] = value;
            matrix.loss += value;
            pairEntropy += entropy;
            ++pairs;
        }
    }
    if (pairs > 0) {
        matrix.loss /= pairs;
        matrix.kl = matrix.loss - pairEntropy / pairs;
    }
    return matrix;
}

} // namespace dinoscope
