// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone.h"

#include <array>
#include <memory>
#include <vector>

namespace dinoscope {

class BatchNormLayer;
class ConvLayer;
class ResidualUnit;

/// Shape of a residual network.
struct ResNetShape {
    std::array<std::int64_t, 4> units{3, 4, 6, 3};
    bool bottleneck = true; ///< three convolutions a unit with four times wider outputs, else two
    std::int64_t channels = 3;
};

/// ResNet-18, -34, -50, -101 without classifier, with torchvision's layer names and its placement of the stride (in the
/// 3x3 convolution of a bottleneck). The feature is the mean over the last map. He et al., 2015.
class ResNet : public Backbone {
public:
    explicit ResNet(const ResNetShape& shape);
    ~ResNet() override;

    const BackboneTraits& traits() const override { return traits_; }
    torch::Tensor forward(const torch::Tensor& crops) override;
    std::vector<torch::Tensor> intermediate(const torch::Tensor& crops, std::int64_t count) override;
    void initialize(torch::Generator& generator) override;

private:
    torch::Tensor stem(const torch::Tensor& crops);

    BackboneTraits traits_;
    std::shared_ptr<ConvLayer> conv_;
    std::shared_ptr<BatchNormLayer> norm_;
    std::array<std::vector<std::shared_ptr<ResidualUnit>>, 4> stages_;
};

} // namespace dinoscope
