// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"
#include "engine/backbones/backbone_options.h"
#include "engine/backbones/layers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::int64_t kPatch = 4, kSide = 5, kWidth = 6;

/// A transformer that does nothing but add its positions and normalise: blocks and patches give zero.
std::shared_ptr<Backbone> positionsAlone() {
    BackboneOptions options;
    options.arch = "vit_tiny";
    options.patchSize = kPatch;
    options.imageSize = kSide * kPatch;
    options.width = kWidth;
    options.depth = 1;
    options.heads = 1;
    auto backbone = makeBackbone(options, true);
    convertNetwork(*backbone, torch::kFloat64);
    torch::NoGradGuard noGrad;
    torch::manual_seed(11);
    for (const auto& item : backbone->named_parameters())
        if (item.key() == "pos_embed")
            item.value().normal_();
    return backbone;
}

/// Cubic convolution with a = -0.75.
double cubic(double x) {
    constexpr double a = -0.75;
    x = std::abs(x);
    if (x < 1)
        return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/// Weights of a table's rows for one of `count` rows of patches, by the official scale factor (count + 0.1) / side.
std::vector<double> weightsOf(std::int64_t index, std::int64_t count) {
    const double step = static_cast<double>(kSide) / (static_cast<double>(count) + 0.1);
    const double center = (static_cast<double>(index) + 0.5) * step - 0.5;
    std::vector<double> weights(kSide, 0.0);
    const auto first = static_cast<std::int64_t>(std::floor(center)) - 1;
    for (std::int64_t tap = first; tap < first + 4; ++tap)
        weights[static_cast<std::size_t>(std::clamp<std::int64_t>(tap, 0, kSide - 1))] +=
            cubic(center - static_cast<double>(tap));
    return weights;
}

/// (1, 1 + rows * columns, D), normalised as the network's output is.
torch::Tensor expectedTokens(const Backbone& backbone, std::int64_t rows, std::int64_t columns) {
    const torch::Tensor table = backbone.named_parameters()["pos_embed"].detach();
    torch::Tensor tokens = torch::zeros({1, 1 + rows * columns, kWidth}, torch::kFloat64);
    tokens[0][0] = table[0][0];
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c) {
            const auto down = weightsOf(r, rows), across = weightsOf(c, columns);
            for (std::int64_t i = 0; i < kSide; ++i)
                for (std::int64_t j = 0; j < kSide; ++j)
                    tokens[0][1 + r * columns + c] += down[static_cast<std::size_t>(i)] *
                                                      across[static_cast<std::size_t>(j)] * table[0][1 + i * kSide + j];
        }
    return torch::layer_norm(tokens, {kWidth}, torch::Tensor(), torch::Tensor(), 1e-6);
}

torch::Tensor tokensFor(Backbone& backbone, std::int64_t height, std::int64_t width) {
    return backbone.intermediate(torch::zeros({1, 3, height, width}, torch::kFloat64), 1)[0];
}

double largest(const torch::Tensor& difference) { return difference.abs().max().item<double>(); }

TEST(Positions, SquareOfTheTablesSizeTakesTheTable) {
    const auto backbone = positionsAlone();
    const torch::Tensor table =
        torch::layer_norm(backbone->named_parameters()["pos_embed"], {kWidth}, torch::Tensor(), torch::Tensor(), 1e-6);
    EXPECT_LT(largest(tokensFor(*backbone, 20, 20) - table), 1e-14);
    EXPECT_LT(largest(tokensFor(*backbone, 23, 23) - table), 1e-14) << "what fills no patch does not count";
}

TEST(Positions, OtherSizesAreSampledWithTheOffsetFactor) {
    const auto backbone = positionsAlone();
    for (const auto& [height, width] : {std::pair(8, 8), {12, 12}, {40, 40}, {12, 32}, {20, 40}, {4, 4}, {15, 29}})
        EXPECT_LT(largest(tokensFor(*backbone, height, width) - expectedTokens(*backbone, height / 4, width / 4)),
                  1e-12)
            << height << " x " << width;
}

TEST(Positions, AnOblongPictureIsInterpolatedEvenWithAsManyPatches) {
    const auto backbone = positionsAlone();
    const torch::Tensor square = tokensFor(*backbone, 20, 20);
    for (const auto& [height, width] : {std::pair(20, 23), {22, 20}}) {
        const torch::Tensor tokens = tokensFor(*backbone, height, width);
        EXPECT_LT(largest(tokens - expectedTokens(*backbone, 5, 5)), 1e-12) << height << " x " << width;
        EXPECT_GT(largest(tokens - square), 1e-4);
    }
    EXPECT_LT(largest(tokensFor(*backbone, 4, 100) - expectedTokens(*backbone, 1, 25)), 1e-12) << "25 patches in a row";
}

} // namespace
} // namespace dinoscope
