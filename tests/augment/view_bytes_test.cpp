// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of whole views stay what they are, whatever processor makes them.
#include "engine/augment/evaluation_transform.h"
#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace dinoscope {
namespace {

/// Slopes with noise on every other stretch, so that all hues, flat places and edges are there.
Image variedPicture(int width, int height, int channels) {
    Image image{width, height, channels, {}};
    std::uint32_t state = 1;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c) {
                state = state * 1664525u + 1013904223u;
                const int slope = (x * (3 + c) + y * (5 - c)) / 4;
                const auto rough = static_cast<int>(state >> 24 & 0x7f);
                const auto smooth = static_cast<int>((state >> 27) * static_cast<std::uint32_t>(c + 1) & 0x7f);
                image.pixels.push_back(
                    static_cast<std::uint8_t>((slope >> 1 & 0x7f) + ((slope & 256) != 0 ? rough : smooth)));
            }
    return image;
}

template <class Value> std::uint32_t checksum(std::uint32_t start, const std::vector<Value>& values) {
    return static_cast<std::uint32_t>(
        crc32_z(start, reinterpret_cast<const Bytef*>(values.data()), values.size() * sizeof(Value)));
}

TEST(ViewBytes, AreThoseThatWereRecorded) {
    // CRC-32 of 72 views as values and as pixels and of two evaluation views, as the first, plain loops made them.
    const struct {
        int width, height, channels, global, local;
        const char* resample;
        const char* blur;
        double largestBlur;
        std::uint32_t sum;
    } cases[] = {
        {500, 375, 3, 224, 96, "bicubic", "pillow", 2, 0x8d43a354},
        {1024, 768, 3, 224, 96, "bicubic", "pillow", 2, 0x4b355fd9},
        {97, 61, 3, 37, 15, "bicubic", "pillow", 9, 0xe2b5446d},
        {33, 200, 1, 40, 17, "bicubic", "pillow", 2, 0xd6ac367c},
        {28, 28, 1, 28, 14, "bicubic", "pillow", 2, 0x538746bf},
        {301, 211, 3, 65, 33, "bilinear", "3x3", 2, 0x208e3bdf},
        {2, 3, 3, 16, 5, "bicubic", "pillow", 2, 0x78bcaf2d},
        {1500, 40, 3, 50, 31, "bicubic", "pillow", 2, 0x5b6e7507},
    };
    for (const auto& c : cases) {
        const Image picture = variedPicture(c.width, c.height, c.channels);
        AugmentOptions options;
        options.globalSize = c.global;
        options.localSize = c.local;
        options.localCrops = 10;
        options.resample = c.resample;
        options.blurKind = c.blur;
        options.blurRadiusMax = c.largestBlur;
        const EvaluationTransform evaluation{36, 32, normalizationOf(options, c.channels)};
        ViewRenderer renderer(evaluation.normalization);
        std::uint32_t sum = 0;
        for (int sample = 0; sample < 6; ++sample)
            for (int crop = 0; crop < 12; ++crop) {
                const ViewPlan plan =
                    planView(options, {9, Epoch{1}, SampleIndex{sample}}, crop, c.width, c.height, c.channels);
                std::vector<float> values(static_cast<std::size_t>(c.channels * plan.size * plan.size));
                renderer.render(PictureView(picture), plan, values.data());
                sum = checksum(sum, values);
                sum = checksum(sum, renderer.renderPixels(PictureView(picture), plan).pixels);
            }
        std::vector<float> values(static_cast<std::size_t>(c.channels * 32 * 32));
        renderEvaluation(renderer, PictureView(picture), evaluation, values.data());
        sum = checksum(sum, values);
        renderLinearTraining(renderer, PictureView(picture), evaluation, {3, Epoch{0}, SampleIndex{1}}, values.data());
        EXPECT_EQ(checksum(sum, values), c.sum) << c.width << " x " << c.height << ", " << c.resample;
    }
}

} // namespace
} // namespace dinoscope
