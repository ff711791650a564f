// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace dinoscope {

/// What a reader of features may want to know of a backbone.
struct BackboneTraits {
    std::int64_t width = 0;     ///< D, length of a feature
    std::int64_t channels = 3;  ///< of the input
    std::int64_t patchSize = 0; ///< pixels a token stands for; for a convolutional network its total stride
    std::int64_t imageSize = 0; ///< side the position table was made for; 0 if there is no table
    std::int64_t blocks = 0;    ///< transformer blocks, or residual stages
    std::int64_t heads = 0;     ///< attention heads; 0 without attention
    bool hasAttention = false;
};

/// Which rows of the attention matrix are wanted. The class row alone needs T values a head, all rows T².
enum class AttentionRows { classToken, all };

/// A network that turns pictures into features. Parameters and buffers carry the official names (named_parameters(),
/// named_buffers(); without any prefix). Engine thread only; every call computes on the calling thread and blocks.
/// Input everywhere: crops (B, C, H, W), normalised, of any H and W of at least one patch, in the network's type.
class Backbone : public torch::nn::Module {
public:
    virtual const BackboneTraits& traits() const = 0;

    /// (B, D): class token after the final norm, or the pooled feature of a convolutional network.
    virtual torch::Tensor forward(const torch::Tensor& crops) = 0;

    /// Softmax weights of one block (0-based): (B, heads, T, T), or (B, heads, 1, T) for the class row. T counts the
    /// class token first, then patches row by row. No gradient. @throws EngineError(notAllowed) without attention.
    virtual torch::Tensor attention(const torch::Tensor& crops, std::int64_t block, AttentionRows rows);

    /// Outputs of the last `count` blocks, first of them first: each (B, T, D) after the final norm. A convolutional
    /// network gives the maps of its last stages as (B, h*w, channels), without class token. No gradient.
    virtual std::vector<torch::Tensor> intermediate(const torch::Tensor& crops, std::int64_t count) = 0;

    /// Fills all parameters anew as the official code does, drawing from `generator` only; buffers return to their
    /// start.
    virtual void initialize(torch::Generator& generator) = 0;

    /// Key of the random numbers that stochastic depth draws in the coming forward passes.
    virtual void beginStep(std::uint64_t seed, std::uint64_t step) {
        (void)seed;
        (void)step;
    }
};

} // namespace dinoscope
