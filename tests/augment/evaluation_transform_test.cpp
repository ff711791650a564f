// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/evaluation_transform.h"

#include "engine/augment/resample.h"
#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <set>
#include <string>

namespace dinoscope {
namespace {

Image formulaPicture(int width, int height, int channels) {
    Image image{width, height, channels, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                image.pixels.push_back(static_cast<std::uint8_t>((x * 7 + y * 13 + c * 50 + x * y) % 256));
    return image;
}

std::uint32_t checksum(const std::vector<std::uint8_t>& bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
}

const Normalization kNone{{0, 0, 0}, {1, 1, 1}};

std::vector<float> evaluated(const Image& picture, const EvaluationTransform& transform) {
    std::vector<float> planes(static_cast<std::size_t>(picture.channels * transform.cropSide * transform.cropSide));
    ViewRenderer renderer(transform.normalization);
    renderEvaluation(renderer, PictureView(picture), transform, planes.data());
    return planes;
}

/// Planes of values 0 to 1 as interleaved bytes.
std::vector<std::uint8_t> interleaved(const std::vector<float>& planes, int channels) {
    const std::size_t count = planes.size() / static_cast<std::size_t>(channels);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
            bytes.push_back(static_cast<std::uint8_t>(std::lround(planes[c * count + i] * 255)));
    return bytes;
}

TEST(EvaluationTransform, GivesTheBytesOfPillowAndTorchvision) {
    // CRC-32 of what Pillow 11.3 makes of the formula's picture with torchvision's sizes and offsets.
    const struct {
        int width, height, channels, resize, crop;
        std::uint32_t sum;
    } cases[] = {
        {10, 7, 3, 8, 6, 0xd22795ad},        {7, 10, 1, 8, 5, 0x9cbbdb97},        {40, 23, 3, 16, 14, 0x544c0cf0},
        {3, 9, 3, 32, 28, 0xa6c3a8ed},       {333, 500, 3, 256, 224, 0x23b6937c}, {1024, 683, 3, 256, 224, 0x3f05d343},
        {224, 224, 3, 256, 224, 0xb317a618}, {301, 97, 1, 36, 32, 0xd129a44e},    {16, 16, 3, 0, 16, 0xb557cea0},
        {21, 16, 3, 0, 11, 0xe602e864},      {5, 2000, 3, 64, 56, 0x4fb8deb3},
    };
    for (const auto& c : cases) {
        const auto planes = evaluated(formulaPicture(c.width, c.height, c.channels), {c.resize, c.crop, kNone});
        EXPECT_EQ(checksum(interleaved(planes, c.channels)), c.sum)
            << c.width << " x " << c.height << " to " << c.resize << ", " << c.crop;
    }
    const auto bytes = interleaved(evaluated(formulaPicture(10, 7, 3), {8, 6, kNone}), 3);
    const std::vector<std::uint8_t> firstRow{24, 74, 124, 31, 81,  131, 38, 88,  138,
                                             45, 95, 145, 52, 102, 152, 60, 110, 160};
    EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + 18), firstRow);
}

TEST(EvaluationTransform, SmoothBilinearGivesTheBytesOfPillow) {
    const struct {
        int width, height, channels, left, top, boxWidth, boxHeight, size;
        std::uint32_t sum;
    } cases[] = {
        {40, 30, 3, 3, 5, 20, 17, 12, 0x782daca4},
        {40, 30, 1, 0, 0, 40, 30, 9, 0xb57e9ed1},
        {40, 30, 3, 31, 2, 5, 4, 28, 0x7d0d7d25},
        {640, 480, 3, 100, 50, 333, 251, 224, 0xc6b60b58},
    };
    Resampler resampler; // one for all: what it keeps of one filter must not reach the other
    for (const auto& c : cases) {
        const Image picture = formulaPicture(c.width, c.height, c.channels);
        std::vector<std::uint8_t> out(static_cast<std::size_t>(c.size * c.size * c.channels));
        std::vector<std::uint8_t> values(out.size());
        const Planes planes{values.data(), c.size, c.size, c.channels};
        const PictureBox box{double(c.left), double(c.top), double(c.boxWidth), double(c.boxHeight)};
        resampler.bicubic(PictureView(picture), box, false, planes);
        interleave(planes, out.data());
        EXPECT_NE(checksum(out), c.sum);
        resampler.smoothBilinear(PictureView(picture), box, false, planes);
        interleave(planes, out.data());
        EXPECT_EQ(checksum(out), c.sum) << c.size;
    }
}

TEST(EvaluationTransform, NormalisesWithTheConstantsOfImageNetUnlessToldOtherwise) {
    Image picture{2, 2, 3, {}};
    for (int i = 0; i < 4; ++i)
        picture.pixels.insert(picture.pixels.end(), {255, 0, 51});
    const auto planes = evaluated(picture, {0, 2, EvaluationTransform{}.normalization});
    EXPECT_FLOAT_EQ(planes[0], (1 - 0.485f) / 0.229f);
    EXPECT_FLOAT_EQ(planes[4], -0.456f / 0.224f);
    EXPECT_FLOAT_EQ(planes[8], (0.2f - 0.406f) / 0.225f);
    EXPECT_EQ(EvaluationTransform{}.resizeSide, 256);
    EXPECT_EQ(EvaluationTransform{}.cropSide, 224);
}

TEST(EvaluationTransform, SuitsSideAndSet) {
    EXPECT_EQ(evaluationTransform({}, 224, kNone).resizeSide, 256);
    EXPECT_EQ(evaluationTransform({}, 32, kNone).resizeSide, 36);
    EXPECT_EQ(evaluationTransform(PictureSize{28, 28}, 28, kNone).resizeSide, 0);
    EXPECT_EQ(evaluationTransform(PictureSize{28, 30}, 32, kNone).resizeSide, 32);
    EXPECT_EQ(evaluationTransform(PictureSize{500, 400}, 224, kNone).resizeSide, 256);
    EXPECT_EQ(evaluationTransform({}, 32, kNone).cropSide, 32);
}

TEST(EvaluationTransform, SaysWhatCannotBe) {
    EXPECT_FALSE(checkTransform({}));
    EXPECT_FALSE(checkTransform({0, 28, kNone}));
    EXPECT_NE(checkTransform({200, 224, kNone})->message.find("200 pixels, less than the 224"), std::string::npos);
    EXPECT_TRUE(checkTransform({256, 0, kNone}));
    EXPECT_TRUE(checkTransform({5000, 224, kNone}));
    EXPECT_TRUE(checkTransform({256, 224, {{0, 0, 0}, {1, 0, 1}}}));
    EXPECT_THROW(evaluated(formulaPicture(9, 20, 3), {0, 10, kNone}), EngineError);
}

TEST(EvaluationTransform, LinearTrainingDrawsBoxesAndFlipsByTheKey) {
    const Image picture = formulaPicture(60, 40, 3);
    ViewRenderer renderer(kNone);
    const EvaluationTransform transform{36, 32, kNone};
    const auto view = [&](ViewRenderer& by, std::uint64_t seed, std::int64_t epoch, std::int64_t sample) {
        std::vector<float> planes(3 * 32 * 32);
        renderLinearTraining(by, PictureView(picture), transform, {seed, Epoch{epoch}, SampleIndex{sample}},
                             planes.data());
        return planes;
    };
    std::set<std::vector<float>> views;
    for (std::int64_t i = 0; i < 10; ++i) {
        views.insert(view(renderer, 1, i, 0));
        views.insert(view(renderer, 1, 0, i));
    }
    EXPECT_EQ(views.size(), 19u);
    ViewRenderer other(kNone);
    EXPECT_EQ(view(other, 1, 4, 7), view(renderer, 1, 4, 7));
    EXPECT_NE(view(other, 2, 4, 7), view(renderer, 1, 4, 7));
    // The view is what Pillow's filter makes of the box that main_dino.py's sampling draws.
    AugmentOptions options;
    options.globalSize = 32;
    options.globalScaleMin = 0.08;
    const ViewPlan plan = planView(options, {1, Epoch{4}, SampleIndex{7}}, 0, 60, 40, 3);
    std::vector<std::uint8_t> values(3 * 32 * 32), expected(values.size());
    const Planes planes{values.data(), 32, 32, 3};
    Resampler().smoothBilinear(PictureView(picture), {plan.left, plan.top, plan.width, plan.height}, plan.flipped,
                               planes);
    interleave(planes, expected.data());
    EXPECT_EQ(interleaved(view(renderer, 1, 4, 7), 3), expected);
}

} // namespace
} // namespace dinoscope
