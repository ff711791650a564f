// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/online_linear_probe.h"

#include "engine/support/check.h"

namespace dinoscope {
namespace {

constexpr double kBatchOfRate = 256;

torch::Tensor valuesOf(const torch::Tensor& features) { return features.detach().to(torch::kCPU, torch::kFloat32); }

} // namespace

OnlineLinearProbe::OnlineLinearProbe(std::int64_t width, std::int64_t classes, const OnlineLinearOptions& options)
    : probe_(width, classes, {options.rate}, options.momentum, options.seed) {}

double OnlineLinearProbe::add(const torch::Tensor& features, const torch::Tensor& labels) {
    torch::NoGradGuard noGrad;
    checkEqual(labels.numel(), features.size(0), "eval", "labels of the online linear probe's batch");
    checkEqual(features.size(1), probe_.width(), "eval", "features of the online linear probe");
    torch::Tensor rows = valuesOf(features), classes = labels.to(torch::kCPU);
    const torch::Tensor usable = classes.ge(0).logical_and(rows.isfinite().all(1)).nonzero().view(-1);
    if (usable.numel() == 0)
        return loss_;
    rows = rows.index_select(0, usable);
    classes = classes.index_select(0, usable);
    checkEqual(classes.max().item<std::int64_t>() < probe_.classes(), true, "eval", "labels that have a class");
    loss_ = probe_.step(rows, classes, static_cast<double>(usable.numel()) / kBatchOfRate).front();
    ++steps_;
    return loss_;
}

torch::Tensor OnlineLinearProbe::classify(const torch::Tensor& features) const {
    return probe_.logits(valuesOf(features)).select(1, 0).argmax(1);
}

double OnlineLinearProbe::accuracy(const torch::Tensor& features, const torch::Tensor& labels) const {
    if (labels.numel() == 0)
        return 0;
    const std::int64_t hits = classify(features).eq(labels.to(torch::kCPU)).sum().item<std::int64_t>();
    return 100.0 * static_cast<double>(hits) / static_cast<double>(labels.numel());
}

} // namespace dinoscope
