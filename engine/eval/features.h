// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dinoscope {

class Backbone;
struct BackboneTraits;

/// (B, C, S, S) normalised float on the CPU -> (B, D) features, in evaluation mode and without gradient.
using FeatureFunction = std::function<torch::Tensor(const torch::Tensor&)>;

/// What is taken of a transformer as the feature of a picture. A convolutional network has its pooled feature, whatever
/// is asked for.
struct FeatureKind {
    std::int64_t lastBlocks = 1; ///< class tokens of the last blocks, each after the final norm, first of them first
    bool patchMean = false;      ///< and the mean of the last block's patch tokens after the norm
    bool operator==(const FeatureKind&) const = default;
};

/// The kind that the official linear evaluation takes (eval_linear.py): class tokens of four blocks for the smaller
/// transformers, class token and patch mean of the last block from a width of 768 on.
FeatureKind linearKind(const BackboneTraits& traits);

/// D. @throws EngineError(badParameter) if there are not so many blocks.
std::int64_t featureWidth(const BackboneTraits& traits, const FeatureKind& kind);

/// "class tokens of the last 4 blocks"
std::string featureText(const BackboneTraits& traits, const FeatureKind& kind);

/// Features of one kind, (B, D): class tokens, then the patch mean, put one behind the other as dinov2 does. (The
/// official code of version 1 interleaves the channels of class token and mean, which works for one block only; for a
/// linear classifier the order of channels is of no account.) `pictures` in the network's type and on its device, the
/// network in evaluation mode. No gradient. @throws as featureWidth().
torch::Tensor computeFeatures(Backbone& backbone, const torch::Tensor& pictures, const FeatureKind& kind);

/// The same as a function that keeps the network, with float32 features on the CPU. The network is put into evaluation
/// mode and must stay there: this is for a network that nobody trains.
/// @throws as featureWidth().
FeatureFunction featuresOf(std::shared_ptr<Backbone> backbone, const FeatureKind& kind);

} // namespace dinoscope
