// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/layers.h"

#include <ATen/CPUGeneratorImpl.h>

namespace dinoscope {

LinearLayer::LinearLayer(std::int64_t in, std::int64_t out, bool withBias) {
    weight = register_parameter("weight", torch::zeros({out, in}));
    if (withBias)
        bias = register_parameter("bias", torch::zeros({out}));
}

LinearLayer::LinearLayer(torch::IntArrayRef weightShape) {
    weight = register_parameter("weight", torch::zeros(weightShape));
    bias = register_parameter("bias", torch::zeros({weightShape[0]}));
}

torch::Tensor LinearLayer::forward(const torch::Tensor& x) const { return torch::linear(x, weight, bias); }

torch::Tensor LinearLayer::forwardRows(const torch::Tensor& x, std::int64_t begin, std::int64_t count) const {
    return torch::linear(x, weight.narrow(0, begin, count),
                         bias.defined() ? bias.narrow(0, begin, count) : torch::Tensor());
}

void LinearLayer::initialize(torch::Generator& generator) {
    fillTruncatedNormal(weight, 0.02, generator);
    torch::NoGradGuard noGrad;
    if (bias.defined())
        bias.zero_();
}

LayerNormLayer::LayerNormLayer(std::int64_t width) {
    weight = register_parameter("weight", torch::ones({width}));
    bias = register_parameter("bias", torch::zeros({width}));
}

torch::Tensor LayerNormLayer::forward(const torch::Tensor& x) const {
    return torch::layer_norm(x, weight.sizes(), weight, bias, 1e-6);
}

BatchNormLayer::BatchNormLayer(std::int64_t channels) {
    weight = register_parameter("weight", torch::ones({channels}));
    bias = register_parameter("bias", torch::zeros({channels}));
    runningMean = register_buffer("running_mean", torch::zeros({channels}));
    runningVar = register_buffer("running_var", torch::ones({channels}));
    numBatchesTracked = register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
}

torch::Tensor BatchNormLayer::forward(const torch::Tensor& x) {
    if (is_training())
        numBatchesTracked.add_(1);
    return torch::batch_norm(x, weight, bias, runningMean, runningVar, is_training(), 0.1, 1e-5, false);
}

void fillTruncatedNormal(torch::Tensor& tensor, double deviation, torch::Generator& generator) {
    torch::NoGradGuard noGrad;
    tensor.normal_(0.0, deviation, generator);
    // The limits lie 100 deviations out; a value beyond them is moved to the limit.
    tensor.clamp_(-2.0, 2.0);
}

void convertNetwork(torch::nn::Module& module, torch::Dtype type, torch::Device device) {
    torch::NoGradGuard noGrad;
    for (torch::Tensor& tensor : module.parameters())
        tensor.set_data(tensor.to(device, type));
    for (torch::Tensor& tensor : module.buffers())
        tensor.set_data(tensor.to(device, tensor.is_floating_point() ? type : tensor.scalar_type()));
}

torch::Generator makeGenerator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

} // namespace dinoscope
