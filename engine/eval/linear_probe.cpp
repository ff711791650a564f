// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/linear_probe.h"

#include "engine/support/check.h"
#include "engine/support/random.h"

#include <algorithm>
#include <string>
#include <utility>

namespace dinoscope {
namespace {

constexpr double kStartDeviation = 0.01;

void checkOptions(std::int64_t width, std::int64_t classes, const std::vector<double>& rates, double momentum) {
    const bool ratesFit = !rates.empty() && std::all_of(rates.begin(), rates.end(), [](double r) { return r > 0; });
    if (ratesFit && momentum >= 0 && momentum < 1 && width >= 1 && classes >= 1)
        return;
    throw EngineError(ErrorCode::badParameter, "eval",
                      "A linear probe of " + std::to_string(width) + " features and " + std::to_string(classes) +
                          " classes with " + std::to_string(rates.size()) + " learning rates and momentum " +
                          std::to_string(momentum) +
                          " cannot be: give features, classes, learning rates above 0 and a momentum below 1.");
}

/// (classes, width), the same for every classifier.
torch::Tensor startWeights(std::int64_t classes, std::int64_t width, std::uint64_t seed) {
    torch::Tensor weights = torch::empty({classes, width}, torch::kFloat32);
    RandomStream random(seed, 0, 0, 0, RandomPurpose::weights);
    auto* values = weights.data_ptr<float>();
    for (std::int64_t i = 0; i < weights.numel(); ++i)
        values[i] = static_cast<float>(kStartDeviation * random.normal());
    return weights;
}

std::vector<double> valuesOf(const torch::Tensor& tensor) {
    const torch::Tensor values = tensor.to(torch::kCPU, torch::kFloat64).contiguous();
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

} // namespace

LinearProbe::LinearProbe(std::int64_t width, std::int64_t classes, std::vector<double> rates, double momentum,
                         std::uint64_t seed, torch::Device device)
    : classes_(classes), rates_(std::move(rates)), momentum_(momentum) {
    checkOptions(width, classes, rates_, momentum);
    torch::NoGradGuard noGrad;
    const torch::Tensor perRate = torch::tensor(rates_, torch::kFloat64).to(torch::kFloat32).to(device);
    rateOfRow_ = perRate.repeat_interleave(classes).view({-1, 1});
    weight_ = startWeights(classes, width, seed).to(device).repeat({classifiers(), 1});
    bias_ = torch::zeros({classifiers() * classes}, weight_.options());
    weightBuffer_ = torch::zeros_like(weight_);
    biasBuffer_ = torch::zeros_like(bias_);
}

torch::Tensor LinearProbe::logits(const torch::Tensor& features) const {
    torch::NoGradGuard noGrad;
    return torch::addmm(bias_, features, weight_.t()).view({features.size(0), classifiers(), classes_});
}

std::vector<double> LinearProbe::step(const torch::Tensor& features, const torch::Tensor& labels, double factor) {
    torch::NoGradGuard noGrad;
    checkEqual(labels.numel(), features.size(0), "eval", "labels of a linear probe's batch");
    const std::int64_t batch = features.size(0);
    torch::Tensor gradient = logits(features).log_softmax(2); // (B, classifiers, classes)
    const torch::Tensor truth = labels.view({batch, 1, 1}).expand({batch, classifiers(), 1});
    const torch::Tensor loss = gradient.gather(2, truth).mean(0).neg();
    gradient.exp_().scatter_add_(2, truth, torch::full({1}, -1.0f, gradient.options()).expand(truth.sizes()));
    gradient = gradient.div_(static_cast<double>(batch)).view({batch, -1});
    weightBuffer_.mul_(momentum_).addmm_(gradient.t(), features);
    biasBuffer_.mul_(momentum_).add_(gradient.sum(0));
    weight_.addcmul_(weightBuffer_, rateOfRow_, -factor);
    bias_.addcmul_(biasBuffer_, rateOfRow_.view(-1), -factor);
    return valuesOf(loss);
}

void LinearProbe::judge(const torch::Tensor& features, const torch::Tensor& labels, TopHits& hits) const {
    torch::NoGradGuard noGrad;
    const std::int64_t batch = features.size(0);
    const torch::Tensor guesses = logits(features);
    const torch::Tensor best = std::get<1>(guesses.topk(std::min<std::int64_t>(5, classes_), 2, true, true));
    const torch::Tensor truth = labels.view({batch, 1, 1});
    const torch::Tensor hit = best.eq(truth); // (B, classifiers, shown)
    const torch::Tensor loss =
        guesses.log_softmax(2).gather(2, truth.expand({batch, classifiers(), 1})).sum(torch::IntArrayRef{0}).neg();
    const std::vector<double> first = valuesOf(hit.select(2, 0).sum(0)), any = valuesOf(hit.any(2).sum(0));
    const std::vector<double> losses = valuesOf(loss);
    hits.top1.resize(rates_.size());
    hits.top5.resize(rates_.size());
    hits.lossSum.resize(rates_.size());
    for (std::size_t i = 0; i < rates_.size(); ++i) {
        hits.top1[i] += static_cast<std::int64_t>(first[i]);
        hits.top5[i] += static_cast<std::int64_t>(any[i]);
        hits.lossSum[i] += losses[i];
    }
}

} // namespace dinoscope
