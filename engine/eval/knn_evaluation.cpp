// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/knn_evaluation.h"

#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::int64_t kPixelSide = 32; ///< of pictures whose pixels are compared

torch::Tensor unit(const torch::Tensor& features) {
    return torch::nn::functional::normalize(features, torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
}

torch::Tensor channelRow(const std::vector<double>& values) {
    return torch::tensor(values, torch::kFloat32).view({1, -1, 1, 1});
}

} // namespace

torch::Tensor pixelFeatures(const torch::Tensor& pictures) {
    const bool large = pictures.size(-1) > kPixelSide;
    return (large ? torch::adaptive_avg_pool2d(pictures, {kPixelSide, kPixelSide}) : pictures).flatten(1);
}

KnnEvaluation::KnnEvaluation(std::shared_ptr<const KnnProtocol> protocol, std::vector<Network> networks)
    : protocol_(std::move(protocol)), networks_(std::move(networks)) {
    const torch::Tensor& references = protocol_->references.pictures;
    checkEqual(references.size(1), static_cast<std::int64_t>(protocol_->mean.size()), "eval",
               "channels of the k-NN pictures and the means");
    const std::int64_t queries = protocol_->measures() ? protocol_->queries.pictures.size(0) : 0;
    total_ = static_cast<std::int64_t>(networks_.size()) * (references.size(0) + queries);
}

torch::Tensor KnnEvaluation::featuresOf(const PictureSet& set, std::int64_t begin, std::int64_t end) const {
    const torch::Tensor pixels = set.pictures.slice(0, begin, end).to(torch::kFloat32).div(255.0);
    const torch::Tensor input = pixels.sub(channelRow(protocol_->mean)).div(channelRow(protocol_->deviation));
    return networks_[results_.size()].features(input).to(torch::kFloat32);
}

void KnnEvaluation::referenceSlice() {
    const PictureSet& set = protocol_->references;
    const std::int64_t count = set.pictures.size(0);
    const std::int64_t end = std::min(position_ + protocol_->sliceSize, count);
    bank_.push_back(unit(featuresOf(set, position_, end)));
    done_ += end - position_;
    position_ = end;
    if (end < count)
        return;
    references_.push_back(torch::cat(bank_));
    bank_.clear();
    position_ = 0;
    if (protocol_->measures())
        classifier_.emplace(references_.back(), set.labels, protocol_->classes, protocol_->neighbours,
                            protocol_->temperature);
    else
        results_.emplace_back();
}

void KnnEvaluation::querySlice() {
    const PictureSet& set = protocol_->queries;
    const std::int64_t count = set.pictures.size(0);
    const std::int64_t end = std::min(position_ + protocol_->sliceSize, count);
    const torch::Tensor features = featuresOf(set, position_, end), labels = set.labels.slice(0, position_, end);
    classifier_->add(unit(features), labels);
    if (const auto& judge = networks_[results_.size()].judge)
        judge(features, labels);
    done_ += end - position_;
    position_ = end;
    if (end < count)
        return;
    results_.push_back(classifier_->accuracy());
    classifier_.reset();
    position_ = 0;
}

bool KnnEvaluation::slice() {
    torch::NoGradGuard noGrad;
    if (results_.size() < networks_.size()) {
        if (classifier_)
            querySlice();
        else
            referenceSlice();
    }
    return results_.size() < networks_.size();
}

} // namespace dinoscope
