// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/heads/dino_head.h"

#include "engine/api/fields.h"
#include "engine/backbones/layers.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace dinoscope {

void declare(FieldList& fields, HeadOptions& o) {
    fields.add("head.out_dim", o.outDim, "Prototypes")
        .range(2, 1048576)
        .soft(64, 65536)
        .log()
        .help("Number of outputs K of the head. Large values suit large data sets; a few thousand suit small ones.");
    fields.add("head.hidden_dim", o.hiddenDim, "Hidden width")
        .range(1, 16384)
        .soft(64, 4096)
        .help("Width of the head's hidden layers.");
    fields.add("head.bottleneck_dim", o.bottleneckDim, "Bottleneck width")
        .range(1, 4096)
        .soft(16, 512)
        .help("Width of the layer that is normalised before the prototypes.");
    fields.add("head.layers", o.layers, "Layers").range(1, 8).soft(1, 4).help("Linear layers before the prototypes.");
    fields.add("head.use_bn", o.useBn, "Batch normalisation")
        .help(
            "Puts batch normalisation after each layer of the head but the last. Small networks learn faster with it.");
    fields.add("head.norm_last_layer", o.normLastLayer, "Normalised last layer")
        .help("Keeps every prototype at length 1. Off lets the lengths train: often better, less stable for large "
              "backbones.");
}

DinoHead::DinoHead(std::int64_t inDim, const HeadOptions& options) {
    if (options.layers < 1 || inDim < 1)
        throw EngineError(ErrorCode::badParameter, "heads", "head.layers must be at least 1");
    if (options.layers == 1) {
        linears_.push_back(register_module("mlp", std::make_shared<LinearLayer>(inDim, options.bottleneckDim)));
    } else {
        // Positions count the activations too, as in the official sequence.
        auto list = register_module("mlp", std::make_shared<torch::nn::Module>("mlp"));
        std::int64_t position = 0, width = inDim;
        for (std::int64_t i = 0; i < options.layers; ++i) {
            const bool last = i + 1 == options.layers;
            const std::int64_t out = last ? options.bottleneckDim : options.hiddenDim;
            linears_.push_back(
                list->register_module(std::to_string(position++), std::make_shared<LinearLayer>(width, out)));
            if (!last && options.useBn)
                norms_.push_back(
                    list->register_module(std::to_string(position++), std::make_shared<BatchNormLayer>(out)));
            ++position;
            width = out;
        }
    }
    auto lastLayer = register_module("last_layer", std::make_shared<torch::nn::Module>("last_layer"));
    gain_ = lastLayer->register_parameter("weight_g", torch::ones({options.outDim, 1}), !options.normLastLayer);
    direction_ = lastLayer->register_parameter("weight_v", torch::zeros({options.outDim, options.bottleneckDim}));
}

torch::Tensor DinoHead::forward(const torch::Tensor& features) {
    torch::Tensor x = features;
    for (std::size_t i = 0; i < linears_.size(); ++i) {
        x = linears_[i]->forward(x);
        if (i < norms_.size())
            x = norms_[i]->forward(x);
        if (i + 1 < linears_.size())
            x = torch::gelu(x);
    }
    x = x / x.norm(2, {-1}, true).clamp_min(1e-12);
    return torch::linear(x, torch::_weight_norm(direction_, gain_, 0));
}

void DinoHead::initialize(torch::Generator& generator) {
    torch::NoGradGuard noGrad;
    for (const auto& linear : linears_)
        linear->initialize(generator);
    for (const auto& norm : norms_) {
        norm->weight.fill_(1);
        norm->bias.zero_();
        norm->runningMean.zero_();
        norm->runningVar.fill_(1);
        norm->numBatchesTracked.zero_();
    }
    const double bound = 1 / std::sqrt(static_cast<double>(direction_.size(1)));
    direction_.uniform_(-bound, bound, generator);
    gain_.fill_(1);
}

} // namespace dinoscope
