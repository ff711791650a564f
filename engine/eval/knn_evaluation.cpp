// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/knn_evaluation.h"

#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::int64_t kPixelSide = 32; ///< of pictures whose pixels are compared

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
    const LabelledPictures& references = protocol_->references;
    const LabelledPictures& queries = protocol_->queries;
    checkEqual(references.pictures.size(1), static_cast<std::int64_t>(protocol_->mean.size()), "eval",
               "channels of the k-NN pictures and the means");
    total_ = static_cast<std::int64_t>(networks_.size()) * (references.pictures.size(0) + queries.pictures.size(0));
}

torch::Tensor KnnEvaluation::featuresOf(const LabelledPictures& set, std::int64_t begin, std::int64_t end) const {
    const torch::Tensor pixels = set.pictures.slice(0, begin, end).to(torch::kFloat32).div(255.0);
    const torch::Tensor input = pixels.sub(channelRow(protocol_->mean)).div(channelRow(protocol_->deviation));
    const torch::Tensor features = networks_[results_.size()].features(input).to(torch::kFloat32);
    return torch::nn::functional::normalize(features, torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
}

void KnnEvaluation::referenceSlice() {
    const LabelledPictures& set = protocol_->references;
    const std::int64_t count = set.pictures.size(0);
    const std::int64_t end = std::min(position_ + protocol_->sliceSize, count);
    bank_.push_back(featuresOf(set, position_, end));
    done_ += end - position_;
    position_ = end;
    if (end < count)
        return;
    classifier_.emplace(torch::cat(bank_), set.labels, protocol_->classes, protocol_->neighbours,
                        protocol_->temperature);
    bank_.clear();
    position_ = 0;
}

void KnnEvaluation::querySlice() {
    const LabelledPictures& set = protocol_->queries;
    const std::int64_t count = set.pictures.size(0);
    const std::int64_t end = std::min(position_ + protocol_->sliceSize, count);
    classifier_->add(featuresOf(set, position_, end), set.labels.slice(0, position_, end));
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
