// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace dinoscope {

class BatchNormLayer;
class FieldList;
class LinearLayer;

/// Shape of the projection head.
struct HeadOptions {
    std::int64_t outDim = 65536; ///< K, prototypes
    std::int64_t hiddenDim = 2048;
    std::int64_t bottleneckDim = 256;
    std::int64_t layers = 3; ///< linear layers before the last layer
    bool useBn = false;
    bool normLastLayer = true; ///< the last layer's gains stay at 1
};

void declare(FieldList& fields, HeadOptions& options);

/// The DINO head (vision_transformer.py, DINOHead): an MLP to the bottleneck with GELU between the layers, L2
/// normalisation (eps 1e-12), then a linear layer to K prototypes whose rows are g v/‖v‖. Official names: `mlp.N.*` (a
/// lone layer: `mlp.*`), `last_layer.weight_g` (K, 1), `last_layer.weight_v` (K, bottleneck).
class DinoHead : public torch::nn::Module {
public:
    DinoHead(std::int64_t inDim, const HeadOptions& options);

    /// (rows, inDim) -> logits (rows, K)
    torch::Tensor forward(const torch::Tensor& features);

    /// Fills all parameters anew: MLP as the transformer's layers, the last layer's directions uniform within one over
    /// the root of the bottleneck, gains 1.
    void initialize(torch::Generator& generator);

private:
    torch::Tensor gain_, direction_;
    std::vector<std::shared_ptr<LinearLayer>> linears_;
    std::vector<std::shared_ptr<BatchNormLayer>>
        norms_; ///< one after each linear but the last; empty without BatchNorm
};

} // namespace dinoscope
