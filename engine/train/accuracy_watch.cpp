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
    if (!protocol_ || isBusy() || step == step_)
        return false;
    if (step_ < 0)
        return true;
    if (options_.everySteps > 0 && step - step_ >= options_.everySteps)
        return true;
    const double rest = cost_ * (1 / options_.maxShare - 1);
    return options_.everySeconds > 0 && trainSeconds - begunAt_ >= std::max(options_.everySeconds, rest);
}

void AccuracyWatch::begin(MultiCropNetwork& student, MultiCropNetwork& teacher, std::int64_t step,
                          double trainSeconds) {
    if (!protocol_ || isBusy() || step == measured_)
        return;
    step_ = step;
    begunAt_ = trainSeconds;
    cost_ = 0;
    evaluation_.emplace(protocol_, std::vector<KnnEvaluation::Network>{{"student", featuresOf(student)},
                                                                       {"teacher", featuresOf(teacher)}});
}

std::optional<AccuracyWatch::Reading> AccuracyWatch::slice() {
    const auto start = std::chrono::steady_clock::now();
    const bool more = evaluation_->slice();
    cost_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (more)
        return std::nullopt;
    measured_ = step_;
    const Reading reading{step_, evaluation_->results()[0].top1, evaluation_->results()[1].top1};
    evaluation_.reset();
    return reading;
}

} // namespace dinoscope
