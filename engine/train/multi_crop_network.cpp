// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/multi_crop_network.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"

namespace dinoscope {

MultiCropNetwork::MultiCropNetwork(const BackboneOptions& backbone, const HeadOptions& head, bool student) {
    backbone_ = register_module("backbone", makeBackbone(backbone, student));
    HeadOptions shape = head;
    shape.normLastLayer = head.normLastLayer || !student;
    head_ = register_module("head", std::make_shared<DinoHead>(backbone_->traits().width, shape));
    if (!student)
        for (torch::Tensor& parameter : parameters())
            parameter.requires_grad_(false);
    train();
}

MultiCropNetwork::~MultiCropNetwork() = default;

torch::Tensor MultiCropNetwork::forward(const std::vector<torch::Tensor>& blocks) {
    std::vector<torch::Tensor> features;
    for (std::size_t begin = 0, end = 0; begin < blocks.size(); begin = end) {
        while (end < blocks.size() && blocks[end].size(-1) == blocks[begin].size(-1))
            ++end;
        const std::vector<torch::Tensor> run(blocks.begin() + static_cast<std::ptrdiff_t>(begin),
                                             blocks.begin() + static_cast<std::ptrdiff_t>(end));
        features.push_back(backbone_->forward(run.size() == 1 ? run[0] : torch::cat(run)));
    }
    const torch::Tensor all = features.size() == 1 ? features[0] : torch::cat(features);
    lastFeatures_ = all.detach();
    return head_->forward(all);
}

void MultiCropNetwork::initialize(std::uint64_t seed) {
    torch::Generator generator = makeGenerator(seed);
    backbone_->initialize(generator);
    head_->initialize(generator);
}

} // namespace dinoscope
