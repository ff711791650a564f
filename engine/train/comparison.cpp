// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// Zero over zero counts as no difference.
double ratio(double difference, double size) {
    if (difference == 0)
        return 0;
    return size == 0 ? kNever : difference / size;
}

void noteLargest(Comparison& comparison, const torch::Tensor& value, const torch::Tensor& recorded) {
    if (value.numel() == 0)
        return;
    const torch::Tensor difference = (value - recorded).abs();
    const std::int64_t index = difference.argmax().item<std::int64_t>();
    comparison.absolute = difference[index].item<double>();
    comparison.where = "value " + std::to_string(index);
}

} // namespace

Comparison compareSeries(const std::string& what, const std::vector<double>& values,
                         const std::vector<double>& recorded, double tolerance) {
    Comparison comparison;
    comparison.what = what;
    comparison.tolerance = tolerance;
    if (values.size() != recorded.size()) {
        comparison.relative = comparison.absolute = kNever;
        comparison.where = std::to_string(values.size()) + " values instead of " + std::to_string(recorded.size());
        return comparison;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double difference = std::abs(values[i] - recorded[i]);
        const double relative = ratio(difference, std::abs(recorded[i]));
        if (!(relative <= comparison.relative)) {
            comparison.relative = relative;
            comparison.where = "step " + std::to_string(i);
        }
        if (!(difference <= comparison.absolute))
            comparison.absolute = difference;
    }
    return comparison;
}

Comparison compareTensor(const std::string& what, const torch::Tensor& value, const torch::Tensor& recorded,
                         double tolerance) {
    Comparison comparison;
    comparison.what = what;
    comparison.tolerance = tolerance;
    if (!value.defined() || value.numel() != recorded.numel()) {
        comparison.relative = comparison.absolute = kNever;
        comparison.where = value.defined() ? "its shape" : "no such tensor";
        return comparison;
    }
    torch::NoGradGuard noGrad;
    const torch::Tensor a = value.detach().to(torch::kFloat64).flatten();
    const torch::Tensor b = recorded.detach().to(torch::kFloat64).flatten();
    comparison.relative = ratio((a - b).norm().item<double>(), b.norm().item<double>());
    noteLargest(comparison, a, b);
    return comparison;
}

Comparison compareSample(const std::string& what, const torch::Tensor& value, const torch::Tensor& sample,
                         double tolerance) {
    if (!value.defined() || sample.numel() != std::min<std::int64_t>(16, value.numel()) + 2)
        return compareTensor(what, torch::Tensor(), sample, tolerance);
    torch::NoGradGuard noGrad;
    const torch::Tensor flat = value.detach().to(torch::kFloat64).flatten();
    const torch::Tensor recorded = sample.to(torch::kFloat64).flatten();
    const std::int64_t count = recorded.numel() - 2;
    Comparison comparison = compareTensor(what, flat.narrow(0, 0, count), recorded.narrow(0, 0, count), tolerance);
    const double size = recorded[count + 1].item<double>();
    const double sums[] = {std::abs(flat.sum().item<double>() - recorded[count].item<double>()),
                           std::abs(flat.abs().sum().item<double>() - size)};
    for (double difference : sums)
        if (const double relative = ratio(difference, size); !(relative <= comparison.relative)) {
            comparison.relative = relative;
            comparison.absolute = difference;
            comparison.where = "its sum";
        }
    return comparison;
}

} // namespace dinoscope
