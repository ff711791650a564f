// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"

#include <memory>
#include <vector>

namespace dinoscope {

/// Shape of a Vision Transformer.
struct VisionTransformerShape {
    std::int64_t width = 384, depth = 12, heads = 6, patchSize = 16, imageSize = 224, channels = 3, mlpWidth = 1536;
    double dropPathRate = 0;
};

class TransformerBlock;

/// The Vision Transformer of the official code (vision_transformer.py): pre-norm blocks, one fused qkv layer, exact
/// GELU, learned positions, class token. Positions are interpolated for other input sizes with the official scale
/// factors (r + 0.1)/√N, (c + 0.1)/√N. forward() computes queries, projection and MLP of the last block for the class
/// token alone: nothing else leaves the network.
class VisionTransformer : public Backbone {
public:
    explicit VisionTransformer(const VisionTransformerShape& shape);
    ~VisionTransformer() override;

    const BackboneTraits& traits() const override { return traits_; }
    torch::Tensor forward(const torch::Tensor& crops) override;
    torch::Tensor attention(const torch::Tensor& crops, std::int64_t block, AttentionRows rows) override;
    std::vector<torch::Tensor> intermediate(const torch::Tensor& crops, std::int64_t count) override;
    void initialize(torch::Generator& generator) override;
    void beginStep(std::uint64_t seed, std::uint64_t step) override;

private:
    /// (B, T, D) tokens with positions; notes the random key of this pass.
    torch::Tensor embed(const torch::Tensor& crops);
    /// For a picture of that many pixels: (1, r*c + 1, D).
    torch::Tensor positions(std::int64_t height, std::int64_t width) const;

    VisionTransformerShape shape_;
    BackboneTraits traits_;
    torch::Tensor classToken_, positionTable_;
    std::shared_ptr<LinearLayer> patchProjection_; ///< weight held as (D, C, p, p)
    std::vector<std::shared_ptr<TransformerBlock>> blocks_;
    std::shared_ptr<LayerNormLayer> norm_;
    std::uint64_t seed_ = 0, step_ = 0, pass_ = 0;
};

} // namespace dinoscope
