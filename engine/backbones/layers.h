// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

// Building blocks of the networks. Parameters are allocated but not filled; initialize() of the network does that from
// a seeded generator, so that building a network never touches torch's global generator.

/// y = x Wᵀ + b. weight (out, in), bias (out).
class LinearLayer : public torch::nn::Module {
public:
    LinearLayer(std::int64_t in, std::int64_t out, bool withBias = true);
    /// The weight is kept in another shape (out, ...), for a convolution computed as a product.
    explicit LinearLayer(torch::IntArrayRef weightShape);
    torch::Tensor forward(const torch::Tensor& x) const;
    /// Only the output channels [begin, begin + count).
    torch::Tensor forwardRows(const torch::Tensor& x, std::int64_t begin, std::int64_t count) const;
    /// Weight from a normal distribution of deviation 0.02 cut at -2 and 2, bias 0 (vision_transformer.py,
    /// _init_weights).
    void initialize(torch::Generator& generator);

    torch::Tensor weight, bias;
};

/// Normalisation of the last dimension with eps 1e-6, as everywhere in the official transformer.
class LayerNormLayer : public torch::nn::Module {
public:
    explicit LayerNormLayer(std::int64_t width);
    torch::Tensor forward(const torch::Tensor& x) const;

    torch::Tensor weight, bias;
};

/// Batch normalisation of dimension 1 for (B, C) and (B, C, H, W); eps 1e-5, running statistics with momentum 0.1.
/// In training mode batch statistics are used and the buffers move; in evaluation mode the buffers are used.
class BatchNormLayer : public torch::nn::Module {
public:
    explicit BatchNormLayer(std::int64_t channels);
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight, bias, runningMean, runningVar, numBatchesTracked;
};

/// Fills with a normal distribution of mean 0, cut at -2 and 2 (absolute values, as the official code calls it).
void fillTruncatedNormal(torch::Tensor& tensor, double deviation, torch::Generator& generator);

/// Converts every floating-point parameter and buffer in place and moves all of them to `device`; handles to them stay
/// valid.
void convertNetwork(torch::nn::Module& module, torch::Dtype type, torch::Device device = torch::kCPU);

/// A generator of its own, seeded.
torch::Generator makeGenerator(std::uint64_t seed);

} // namespace dinoscope
