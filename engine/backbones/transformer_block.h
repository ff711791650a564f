// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/layers.h"

#include <memory>

namespace dinoscope {

/// Self-attention with one fused qkv layer; output channels in the order (q, k, v), head, channel in head.
class SelfAttention : public torch::nn::Module {
public:
    SelfAttention(std::int64_t width, std::int64_t heads);

    /// x (B, T, D), already normalised -> (B, T, D)
    torch::Tensor forward(const torch::Tensor& x) const;
    /// The class token's row of the same: (B, 1, D)
    torch::Tensor forwardClassToken(const torch::Tensor& x) const;
    /// Softmax weights (B, heads, T, T), or (B, heads, 1, T) of the class token's query.
    torch::Tensor weights(const torch::Tensor& x, bool classTokenOnly) const;
    void initialize(torch::Generator& generator);

private:
    std::int64_t width_, heads_;
    std::shared_ptr<LinearLayer> qkv_, projection_;
};

/// x + drop(attention(norm1 x)), then x + drop(mlp(norm2 x)).
class TransformerBlock : public torch::nn::Module {
public:
    /// Key of the random numbers of one forward pass through the network.
    struct DropKey {
        std::uint64_t seed = 0, step = 0, pass = 0;
    };

    TransformerBlock(std::int64_t width, std::int64_t heads, std::int64_t mlpWidth, std::int64_t index,
                     double dropRate);

    torch::Tensor forward(const torch::Tensor& x, const DropKey& key) const;
    /// The class token's row of forward(): (B, 1, D).
    torch::Tensor forwardClassToken(const torch::Tensor& x, const DropKey& key) const;
    torch::Tensor attentionWeights(const torch::Tensor& x, bool classTokenOnly) const;
    void initialize(torch::Generator& generator);

private:
    class Mlp;

    /// Stochastic depth (drop_path): a sample loses the branch with the block's rate; what stays is divided by the keep
    /// probability.
    torch::Tensor drop(const torch::Tensor& branch, const DropKey& key, int which) const;
    torch::Tensor finish(const torch::Tensor& x, const DropKey& key) const;

    std::int64_t index_;
    double dropRate_;
    std::shared_ptr<LayerNormLayer> norm1_;
    std::shared_ptr<SelfAttention> attention_;
    std::shared_ptr<LayerNormLayer> norm2_;
    std::shared_ptr<Mlp> mlp_;
};

} // namespace dinoscope
