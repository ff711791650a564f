// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/tensor_values.h"

#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

namespace dinoscope {
namespace {

/// (n, C, S, S) from n square pictures of one size.
torch::Tensor stackPictures(const std::vector<const Image*>& pictures, ViewRenderer& renderer) {
    const Image& first = *pictures.front();
    const auto count = static_cast<std::int64_t>(pictures.size());
    torch::Tensor stack = torch::empty({count, first.channels, first.height, first.width}, torch::kFloat32);
    float* out = stack.data_ptr<float>();
    for (const Image* picture : pictures) {
        checkEqual(picture->width, first.width, "probes", "Widths of pictures that are stacked");
        checkEqual(picture->height, first.width, "probes", "Height and width of a picture that is stacked");
        checkEqual(picture->channels, first.channels, "probes", "Channels of pictures that are stacked");
        // A square picture of this size is normalised as it is.
        renderer.renderCenter(PictureView(*picture), first.width, first.width, out);
        out += picture->pixels.size();
    }
    return stack;
}

} // namespace

std::vector<torch::Tensor> viewBlocks(const CropsAnswer& crops, const Normalization& normalization) {
    ViewRenderer renderer(normalization);
    std::vector<torch::Tensor> blocks;
    for (const bool global : {true, false}) {
        std::vector<const Image*> pictures;
        for (const ViewInfo& view : crops.views)
            if (view.isGlobal == global)
                pictures.push_back(&view.image);
        if (!pictures.empty())
            blocks.push_back(stackPictures(pictures, renderer));
    }
    return blocks;
}

torch::Tensor pictureTensor(const Image& square, const Normalization& normalization) {
    ViewRenderer renderer(normalization);
    return stackPictures({&square}, renderer);
}

std::vector<float> hostValues(const torch::Tensor& tensor) {
    const torch::Tensor values = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const float* data = values.data_ptr<float>();
    return {data, data + values.numel()};
}

} // namespace dinoscope
