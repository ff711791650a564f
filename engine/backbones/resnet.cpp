// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/resnet.h"

#include "engine/backbones/layers.h"
#include "engine/support/check.h"

#include <cmath>
#include <string>

namespace dinoscope {

/// A square convolution without bias.
class ConvLayer : public torch::nn::Module {
public:
    ConvLayer(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride)
        : stride_(stride), padding_(kernel / 2) {
        weight = register_parameter("weight", torch::zeros({out, in, kernel, kernel}));
    }
    torch::Tensor forward(const torch::Tensor& x) const { return torch::conv2d(x, weight, {}, stride_, padding_); }
    /// Normal with variance 2 / (out * kernel²): He et al., fan of the outputs, as torchvision's ResNets start.
    void initialize(torch::Generator& generator) {
        torch::NoGradGuard noGrad;
        const double fan = static_cast<double>(weight.size(0) * weight.size(2) * weight.size(3));
        weight.normal_(0, std::sqrt(2 / fan), generator);
    }

    torch::Tensor weight;

private:
    std::int64_t stride_, padding_;
};

namespace {

void resetNorm(BatchNormLayer& norm) {
    torch::NoGradGuard noGrad;
    norm.weight.fill_(1);
    norm.bias.zero_();
    norm.runningMean.zero_();
    norm.runningVar.fill_(1);
    norm.numBatchesTracked.zero_();
}

} // namespace

/// Convolutions with normalisation beside a shortcut.
class ResidualUnit : public torch::nn::Module {
public:
    ResidualUnit(std::int64_t in, std::int64_t width, std::int64_t out, std::int64_t stride, bool bottleneck) {
        if (bottleneck) {
            add(in, width, 1, 1);
            add(width, width, 3, stride);
            add(width, out, 1, 1);
        } else {
            add(in, width, 3, stride);
            add(width, out, 3, 1);
        }
        if (stride != 1 || in != out) {
            auto shortcut = register_module("downsample", std::make_shared<torch::nn::Module>("downsample"));
            shortcutConv_ = shortcut->register_module("0", std::make_shared<ConvLayer>(in, out, 1, stride));
            shortcutNorm_ = shortcut->register_module("1", std::make_shared<BatchNormLayer>(out));
        }
    }

    torch::Tensor forward(const torch::Tensor& x) {
        torch::Tensor y = x;
        for (std::size_t i = 0; i < convs_.size(); ++i) {
            y = norms_[i]->forward(convs_[i]->forward(y));
            if (i + 1 < convs_.size())
                y = torch::relu(y);
        }
        return torch::relu(y + (shortcutConv_ ? shortcutNorm_->forward(shortcutConv_->forward(x)) : x));
    }

    void initialize(torch::Generator& generator) {
        for (std::size_t i = 0; i < convs_.size(); ++i) {
            convs_[i]->initialize(generator);
            resetNorm(*norms_[i]);
        }
        if (shortcutConv_) {
            shortcutConv_->initialize(generator);
            resetNorm(*shortcutNorm_);
        }
    }

private:
    void add(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
        const std::string number = std::to_string(convs_.size() + 1);
        convs_.push_back(register_module("conv" + number, std::make_shared<ConvLayer>(in, out, kernel, stride)));
        norms_.push_back(register_module("bn" + number, std::make_shared<BatchNormLayer>(out)));
    }

    std::vector<std::shared_ptr<ConvLayer>> convs_;
    std::vector<std::shared_ptr<BatchNormLayer>> norms_;
    std::shared_ptr<ConvLayer> shortcutConv_;
    std::shared_ptr<BatchNormLayer> shortcutNorm_;
};

ResNet::ResNet(const ResNetShape& shape) {
    const std::int64_t expansion = shape.bottleneck ? 4 : 1;
    traits_ = {512 * expansion, shape.channels, 32, 0, 4, 0, false};
    conv_ = register_module("conv1", std::make_shared<ConvLayer>(shape.channels, 64, 7, 2));
    norm_ = register_module("bn1", std::make_shared<BatchNormLayer>(64));
    std::int64_t in = 64;
    for (std::size_t stage = 0; stage < 4; ++stage) {
        const std::string name = "layer" + std::to_string(stage + 1);
        auto list = register_module(name, std::make_shared<torch::nn::Module>(name));
        const std::int64_t width = std::int64_t{64} << stage, out = width * expansion;
        for (std::int64_t unit = 0; unit < shape.units[stage]; ++unit) {
            const std::int64_t stride = stage > 0 && unit == 0 ? 2 : 1;
            auto made = std::make_shared<ResidualUnit>(in, width, out, stride, shape.bottleneck);
            stages_[stage].push_back(list->register_module(std::to_string(unit), std::move(made)));
            in = out;
        }
    }
}

ResNet::~ResNet() = default;

torch::Tensor ResNet::stem(const torch::Tensor& crops) {
    if (crops.dim() != 4 || crops.size(1) != traits_.channels) {
        std::ostringstream text;
        text << "A batch of shape " << crops.sizes() << " does not suit a network with " << traits_.channels
             << " input channels: set backbone.channels to what the pictures have";
        throw EngineError(ErrorCode::badInput, "backbones", text.str());
    }
    return torch::max_pool2d(torch::relu(norm_->forward(conv_->forward(crops))), 3, 2, 1);
}

torch::Tensor ResNet::forward(const torch::Tensor& crops) {
    torch::Tensor x = stem(crops);
    for (const auto& stage : stages_)
        for (const auto& unit : stage)
            x = unit->forward(x);
    return x.mean({2, 3});
}

std::vector<torch::Tensor> ResNet::intermediate(const torch::Tensor& crops, std::int64_t count) {
    torch::NoGradGuard noGrad;
    torch::Tensor x = stem(crops);
    std::vector<torch::Tensor> maps;
    for (std::int64_t stage = 0; stage < 4; ++stage) {
        for (const auto& unit : stages_[static_cast<std::size_t>(stage)])
            x = unit->forward(x);
        if (stage >= 4 - count)
            maps.push_back(x.flatten(2).transpose(1, 2));
    }
    return maps;
}

void ResNet::initialize(torch::Generator& generator) {
    conv_->initialize(generator);
    resetNorm(*norm_);
    for (const auto& stage : stages_)
        for (const auto& unit : stage)
            unit->initialize(generator);
}

} // namespace dinoscope
