// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/vision_transformer.h"

#include "engine/backbones/transformer_block.h"
#include "engine/support/check.h"

#include <cmath>
#include <string>

namespace dinoscope {
namespace {

/// The patch embedding: a convolution with kernel = stride = patch, computed as one matrix product over unfolded
/// patches.
class PatchEmbedding : public torch::nn::Module {
public:
    explicit PatchEmbedding(const VisionTransformerShape& shape) {
        const std::vector<std::int64_t> weightShape{shape.width, shape.channels, shape.patchSize, shape.patchSize};
        projection = register_module("proj", std::make_shared<LinearLayer>(weightShape));
    }
    std::shared_ptr<LinearLayer> projection;
};

/// (B, C, H, W) -> (B, r*c, C*p*p); rows and columns that do not fill a patch are left out, as a convolution does.
torch::Tensor unfoldPatches(const torch::Tensor& crops, std::int64_t patch, std::int64_t rows, std::int64_t columns) {
    const std::int64_t batch = crops.size(0), channels = crops.size(1);
    return crops.narrow(2, 0, rows * patch)
        .narrow(3, 0, columns * patch)
        .reshape({batch, channels, rows, patch, columns, patch})
        .permute({0, 2, 4, 1, 3, 5})
        .reshape({batch, rows * columns, channels * patch * patch});
}

} // namespace

VisionTransformer::VisionTransformer(const VisionTransformerShape& shape) : shape_(shape) {
    traits_ = {shape.width, shape.channels, shape.patchSize, shape.imageSize, shape.depth, shape.heads, true};
    const std::int64_t side = shape.imageSize / shape.patchSize;
    classToken_ = register_parameter("cls_token", torch::zeros({1, 1, shape.width}));
    positionTable_ = register_parameter("pos_embed", torch::zeros({1, side * side + 1, shape.width}));
    patchProjection_ = register_module("patch_embed", std::make_shared<PatchEmbedding>(shape))->projection;
    auto list = register_module("blocks", std::make_shared<torch::nn::Module>("blocks"));
    for (std::int64_t i = 0; i < shape.depth; ++i) {
        const double rate =
            shape.depth > 1 ? shape.dropPathRate * static_cast<double>(i) / static_cast<double>(shape.depth - 1) : 0.0;
        auto block = std::make_shared<TransformerBlock>(shape.width, shape.heads, shape.mlpWidth, i, rate);
        blocks_.push_back(list->register_module(std::to_string(i), std::move(block)));
    }
    norm_ = register_module("norm", std::make_shared<LayerNormLayer>(shape.width));
}

VisionTransformer::~VisionTransformer() = default;

void VisionTransformer::beginStep(std::uint64_t seed, std::uint64_t step) {
    seed_ = seed;
    step_ = step;
    pass_ = 0;
}

torch::Tensor VisionTransformer::embed(const torch::Tensor& crops) {
    const std::int64_t patch = shape_.patchSize;
    if (crops.dim() != 4 || crops.size(1) != shape_.channels || crops.size(2) < patch || crops.size(3) < patch) {
        std::ostringstream text;
        text << "A batch of shape " << crops.sizes() << " does not suit a transformer with patches of " << patch
             << " pixels and " << shape_.channels << " channels: choose larger crops or a smaller patch";
        throw EngineError(ErrorCode::badInput, "backbones", text.str());
    }
    ++pass_;
    const std::int64_t rows = crops.size(2) / patch, columns = crops.size(3) / patch;
    const torch::Tensor patches = torch::linear(unfoldPatches(crops, patch, rows, columns),
                                                patchProjection_->weight.flatten(1), patchProjection_->bias);
    const torch::Tensor first = classToken_.to(patches.scalar_type()).expand({crops.size(0), 1, shape_.width});
    return torch::cat({first, patches}, 1) + positions(crops.size(2), crops.size(3));
}

torch::Tensor VisionTransformer::positions(std::int64_t height, std::int64_t width) const {
    const std::int64_t side = shape_.imageSize / shape_.patchSize;
    const std::int64_t rows = height / shape_.patchSize, columns = width / shape_.patchSize;
    // A picture that is not square in pixels is interpolated even where it has as many rows and columns as the table.
    if (rows == side && columns == side && height == width)
        return positionTable_;
    const torch::Tensor patches =
        positionTable_.narrow(1, 1, side * side).reshape({1, side, side, shape_.width}).permute({0, 3, 1, 2});
    // interpolate_pos_encoding: the 0.1 keeps the framework's floor from losing a row; the factor is sampled with as
    // given.
    const double grid = static_cast<double>(side);
    const torch::Tensor resized =
        at::upsample_bicubic2d(patches, {rows, columns}, /*align_corners=*/false,
                               (static_cast<double>(rows) + 0.1) / grid, (static_cast<double>(columns) + 0.1) / grid);
    return torch::cat(
        {positionTable_.narrow(1, 0, 1), resized.permute({0, 2, 3, 1}).reshape({1, rows * columns, shape_.width})}, 1);
}

torch::Tensor VisionTransformer::forward(const torch::Tensor& crops) {
    torch::Tensor x = embed(crops);
    const TransformerBlock::DropKey key{seed_, step_, pass_};
    if (blocks_.empty())
        return norm_->forward(x.select(1, 0));
    for (std::size_t i = 0; i + 1 < blocks_.size(); ++i)
        x = blocks_[i]->forward(x, key);
    return norm_->forward(blocks_.back()->forwardClassToken(x, key).select(1, 0));
}

torch::Tensor VisionTransformer::attention(const torch::Tensor& crops, std::int64_t block, AttentionRows rows) {
    if (block < 0 || block >= shape_.depth)
        throw EngineError(ErrorCode::badInput, "backbones",
                          "There is no block " + std::to_string(block) + ": choose one from 0 to " +
                              std::to_string(shape_.depth - 1));
    torch::NoGradGuard noGrad;
    torch::Tensor x = embed(crops);
    const TransformerBlock::DropKey key{seed_, step_, pass_};
    for (std::int64_t i = 0; i < block; ++i)
        x = blocks_[static_cast<std::size_t>(i)]->forward(x, key);
    return blocks_[static_cast<std::size_t>(block)]->attentionWeights(x, rows == AttentionRows::classToken);
}

std::vector<torch::Tensor> VisionTransformer::intermediate(const torch::Tensor& crops, std::int64_t count) {
    torch::NoGradGuard noGrad;
    torch::Tensor x = embed(crops);
    const TransformerBlock::DropKey key{seed_, step_, pass_};
    std::vector<torch::Tensor> outputs;
    for (std::int64_t i = 0; i < shape_.depth; ++i) {
        x = blocks_[static_cast<std::size_t>(i)]->forward(x, key);
        if (i >= shape_.depth - count)
            outputs.push_back(norm_->forward(x));
    }
    return outputs;
}

void VisionTransformer::initialize(torch::Generator& generator) {
    fillTruncatedNormal(positionTable_, 0.02, generator);
    fillTruncatedNormal(classToken_, 0.02, generator);
    torch::NoGradGuard noGrad;
    // The convolution keeps the framework's start: uniform within one over the root of the fan.
    const double bound = 1 / std::sqrt(static_cast<double>(shape_.channels * shape_.patchSize * shape_.patchSize));
    patchProjection_->weight.uniform_(-bound, bound, generator);
    patchProjection_->bias.uniform_(-bound, bound, generator);
    for (const auto& block : blocks_)
        block->initialize(generator);
    norm_->weight.fill_(1);
    norm_->bias.zero_();
}

} // namespace dinoscope
