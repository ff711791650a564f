// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/accuracy_watch.h"

#include "engine/backbones/backbone.h"
#include "engine/probes/evaluation_scope.h"

#include <algorithm>
#include <chrono>

namespace dinoscope {
namespace {

FeatureFunction featuresOf(MultiCropNetwork& network) {
    return [&network](const torch::Tensor& pictures) {
        const EvaluationScope scope(network.backbone());
        const torch::Tensor weight = network.parameters().front();
        return network.backbone().forward(pictures.to(weight.device(), weight.scalar_type())).cpu();
    };
}

} // namespace

bool AccuracyWatch::isDue(std::int64_t step, double trainSeconds) const {
    if (!measures() || isBusy() || step == schedule_.step)
        return false;
    if (schedule_.step < 0)
        return true;
    if (options_.everySteps > 0 && step - schedule_.step >= options_.everySteps)
        return true;
    const double rest = schedule_.cost * (1 / options_.maxShare - 1);
    return options_.everySeconds > 0 && trainSeconds - schedule_.begunAt >= std::max(options_.everySeconds, rest);
}

void AccuracyWatch::begin(const WatchedNetwork& student, const WatchedNetwork& teacher, std::int64_t step,
                          double trainSeconds) {
    if (!protocol_ || isBusy() || step == schedule_.measured)
        return;
    schedule_ = {step, schedule_.measured, trainSeconds, 0};
    std::vector<KnnEvaluation::Network> networks;
    for (const auto& [name, watched] : {std::pair("student", student), std::pair("teacher", teacher)}) {
        std::optional<std::int64_t>& hits = linearHits_[networks.size()];
        hits.reset();
        networks.push_back({name, featuresOf(watched.network), nullptr});
        if (!watched.linear || watched.linear->steps() == 0)
            continue;
        hits = 0;
        networks.back().judge = [&hits, linear = watched.linear](const torch::Tensor& features,
                                                                 const torch::Tensor& labels) {
            *hits += linear->hits(features, labels);
        };
    }
    evaluation_.emplace(protocol_, std::move(networks));
}

std::optional<AccuracyWatch::Accuracy> AccuracyWatch::accuracyOf(std::size_t network) const {
    if (!measures())
        return std::nullopt;
    const KnnAccuracy& knn = evaluation_->results()[network];
    Accuracy accuracy{knn.top1, std::nullopt};
    if (linearHits_[network])
        accuracy.linear = 100.0 * static_cast<double>(*linearHits_[network]) / static_cast<double>(knn.queries);
    return accuracy;
}

std::optional<AccuracyWatch::Reading> AccuracyWatch::slice() {
    const auto start = std::chrono::steady_clock::now();
    const bool more = evaluation_->slice();
    schedule_.cost += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (more)
        return std::nullopt;
    schedule_.measured = schedule_.step;
    const PictureSet& references = protocol_->references;
    const std::vector<torch::Tensor>& features = evaluation_->references();
    Reading reading{
        schedule_.step, accuracyOf(0), accuracyOf(1),
        std::make_shared<FeatureBank>(FeatureBank{Step{schedule_.step}, references.samples, references.pictures,
                                                  references.labels, features[0], features[1]})};
    evaluation_.reset();
    return reading;
}

} // namespace dinoscope
