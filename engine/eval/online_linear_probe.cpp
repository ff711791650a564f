// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/online_linear_probe.h"

#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr double kBatchOfRate = 256;
constexpr double kFollow = 0.1; ///< share of the newest batch in the running averages
constexpr double kEpsilon = 1e-5;

torch::Tensor valuesOf(const torch::Tensor& features) { return features.detach().to(torch::kCPU, torch::kFloat32); }

} // namespace

OnlineLinearProbe::OnlineLinearProbe(std::int64_t width, std::int64_t classes, const OnlineLinearOptions& options)
    : probe_(width, classes, {options.rate}, options.momentum, options.seed), mean_(torch::zeros({width})),
      variance_(torch::ones({width})) {}

torch::Tensor OnlineLinearProbe::standardized(const torch::Tensor& rows, const torch::Tensor& mean,
                                              const torch::Tensor& variance) const {
    return (rows - mean) * (variance + kEpsilon).rsqrt();
}

double OnlineLinearProbe::add(const torch::Tensor& features, const torch::Tensor& labels) {
    torch::NoGradGuard noGrad;
    checkEqual(labels.numel(), features.size(0), "eval", "labels of the online linear probe's batch");
    checkEqual(features.size(1), probe_.width(), "eval", "features of the online linear probe");
    torch::Tensor rows = valuesOf(features), classes = labels.to(torch::kCPU);
    const torch::Tensor usable = classes.ge(0).logical_and(rows.isfinite().all(1)).nonzero().view(-1);
    if (usable.numel() == 0)
        return loss();
    rows = rows.index_select(0, usable);
    classes = classes.index_select(0, usable);
    checkEqual(classes.max().item<std::int64_t>() < probe_.classes(), true, "eval", "labels that have a class");
    const torch::Tensor mean = rows.mean(0), variance = rows.var(0, /*unbiased=*/false);
    // The first batch stands for all that were never seen.
    const double share = std::max(kFollow, 1 / static_cast<double>(steps() + 1));
    mean_.lerp_(mean, share);
    variance_.lerp_(variance, share);
    loss_.fill_(
        probe_.step(standardized(rows, mean, variance), classes, static_cast<double>(usable.numel()) / kBatchOfRate)
            .front());
    steps_ += 1;
    return loss();
}

std::vector<std::pair<std::string, torch::Tensor>> OnlineLinearProbe::state() const {
    std::vector<std::pair<std::string, torch::Tensor>> all = probe_.state();
    all.insert(all.end(), {{"mean", mean_}, {"variance", variance_}, {"steps", steps_}, {"loss", loss_}});
    return all;
}

torch::Tensor OnlineLinearProbe::classify(const torch::Tensor& features) const {
    torch::NoGradGuard noGrad;
    return probe_.logits(standardized(valuesOf(features), mean_, variance_)).select(1, 0).argmax(1);
}

std::int64_t OnlineLinearProbe::hits(const torch::Tensor& features, const torch::Tensor& labels) const {
    return classify(features).eq(labels.to(torch::kCPU)).sum().item<std::int64_t>();
}

} // namespace dinoscope
