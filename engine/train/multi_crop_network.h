// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone_options.h"
#include "engine/heads/dino_head.h"

#include <torch/torch.h>

#include <memory>
#include <vector>

namespace dinoscope {

class Backbone;

/// Backbone and head in one (utils.py, MultiCropWrapper); parameters are called `backbone.…` and `head.…`.
class MultiCropNetwork : public torch::nn::Module {
public:
    /// `student`: the teacher is built without stochastic depth, with the frozen form of the last layer, and needs no
    /// gradient. Weights are not filled. @throws EngineError(badParameter) as makeBackbone.
    MultiCropNetwork(const BackboneOptions& backbone, const HeadOptions& head, bool student);
    ~MultiCropNetwork() override;

    /// Blocks of views, each (n * B, C, H, W) and crop-major. Neighbouring blocks of equal width pass the backbone
    /// together; the head sees everything at once. @returns logits (all rows, K) in the order of the blocks.
    torch::Tensor forward(const std::vector<torch::Tensor>& blocks);

    /// Backbone features (all rows, D) of the last forward(), detached; undefined before the first.
    const torch::Tensor& lastFeatures() const { return lastFeatures_; }

    Backbone& backbone() { return *backbone_; }
    DinoHead& head() { return *head_; }
    /// The backbone as a shared handle, for readers that evaluate it.
    const std::shared_ptr<Backbone>& sharedBackbone() const { return backbone_; }

    /// Fills all weights anew from a generator seeded with `seed`.
    void initialize(std::uint64_t seed);

private:
    std::shared_ptr<Backbone> backbone_;
    std::shared_ptr<DinoHead> head_;
    torch::Tensor lastFeatures_;
};

} // namespace dinoscope
