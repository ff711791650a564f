// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/features.h"

#include "engine/backbones/backbone.h"
#include "engine/support/check.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dinoscope {
namespace {

constexpr std::int64_t kBlocksOfSmall = 4;
constexpr std::int64_t kWidthOfBase = 768;

} // namespace

FeatureKind linearKind(const BackboneTraits& traits) {
    if (!traits.hasAttention)
        return {};
    if (traits.width >= kWidthOfBase)
        return {1, true};
    return {std::clamp<std::int64_t>(traits.blocks, 1, kBlocksOfSmall), false};
}

std::int64_t featureWidth(const BackboneTraits& traits, const FeatureKind& kind) {
    if (!traits.hasAttention)
        return traits.width;
    if (kind.lastBlocks < 1 || kind.lastBlocks > std::max<std::int64_t>(1, traits.blocks))
        throw EngineError(ErrorCode::badParameter, "eval",
                          "Features of the last " + std::to_string(kind.lastBlocks) +
                              " blocks are wanted of a network with " + std::to_string(traits.blocks) +
                              ": choose a number from 1 to that.");
    return traits.width * (kind.lastBlocks + (kind.patchMean ? 1 : 0));
}

std::string featureText(const BackboneTraits& traits, const FeatureKind& kind) {
    if (!traits.hasAttention)
        return "pooled feature";
    std::string text = kind.lastBlocks == 1 ? "class token of the last block"
                                            : "class tokens of the last " + std::to_string(kind.lastBlocks) + " blocks";
    return kind.patchMean ? text + " and mean of its patch tokens" : text;
}

torch::Tensor computeFeatures(Backbone& backbone, const torch::Tensor& pictures, const FeatureKind& kind) {
    torch::NoGradGuard noGrad;
    const BackboneTraits& traits = backbone.traits();
    featureWidth(traits, kind);
    if (!traits.hasAttention || kind == FeatureKind{})
        return backbone.forward(pictures);
    std::vector<torch::Tensor> parts;
    const std::vector<torch::Tensor> blocks = backbone.intermediate(pictures, kind.lastBlocks); // (B, T, D) each
    for (const torch::Tensor& tokens : blocks)
        parts.push_back(tokens.select(1, 0));
    if (kind.patchMean)
        parts.push_back(blocks.back().narrow(1, 1, blocks.back().size(1) - 1).mean(1));
    return torch::cat(parts, 1);
}

FeatureFunction featuresOf(std::shared_ptr<Backbone> backbone, const FeatureKind& kind) {
    featureWidth(backbone->traits(), kind);
    backbone->eval();
    return [backbone = std::move(backbone), kind](const torch::Tensor& pictures) {
        const torch::Tensor weight = backbone->parameters().front();
        const torch::Tensor input = pictures.to(weight.device(), weight.scalar_type());
        return computeFeatures(*backbone, input, kind).to(torch::kCPU, torch::kFloat32);
    };
}

} // namespace dinoscope
