// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures that are decoded at a part of their size.
#include "engine/augment/view_renderer.h"
#include "engine/data/loader.h"
#include "engine/data/open_source.h"
#include "engine/data/picture_decoder.h"
#include "engine/support/check.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

namespace dinoscope {
namespace {

using testing::ScratchFolder;
using testing::smoothPicture;
using testing::writePicture;

AugmentOptions optionsOf(const char* mode) {
    AugmentOptions options;
    options.globalSize = 32;
    options.localSize = 16;
    options.localCrops = 4;
    options.localScaleMin = 0.2;
    options.mode = mode;
    return options;
}

std::vector<BatchPtr> batchesOf(const ImageSourcePtr& source, const AugmentOptions& options, int threads) {
    LoaderSetup setup;
    setup.seed = 3;
    setup.batchSize = 4;
    setup.threads = threads;
    Loader loader(source, options, setup);
    return {loader.next(), loader.next(), loader.next()};
}

class FastMode : public ::testing::Test {
protected:
    FastMode() {
        writePicture(folder_ / "large.jpg", 640, 480, 1);
        writePicture(folder_ / "odd.jpg", 333, 251, 2);
        writePicture(folder_ / "small.jpg", 40, 40, 3);
        writePicture(folder_ / "large.png", 640, 480, 1);
        source_ = openSource(folder_.path()).train;
    }
    ScratchFolder folder_;
    ImageSourcePtr source_;
};

TEST_F(FastMode, DecodesLargeJpegFilesSmallerAndKeepsTheBoxes) {
    const auto exact = batchesOf(source_, optionsOf("exact"), 1), fast = batchesOf(source_, optionsOf("fast"), 1);
    std::map<std::string, std::set<int>> shrinks;
    for (std::size_t b = 0; b < exact.size(); ++b) {
        EXPECT_EQ(exact[b]->samples, fast[b]->samples);
        EXPECT_EQ(exact[b]->plans, fast[b]->plans);
        EXPECT_EQ(exact[b]->shrinks, std::vector<int>(4, 1));
        for (std::size_t row = 0; row < 4; ++row)
            shrinks[source_->pictureName(fast[b]->samples[row])].insert(fast[b]->shrinks[row]);
        double difference = 0;
        for (std::size_t i = 0; i < exact[b]->values.size(); ++i)
            difference += std::abs(exact[b]->values[i] - fast[b]->values[i]);
        EXPECT_GT(difference, 0) << "no picture was decoded smaller";
        EXPECT_LT(difference / static_cast<double>(exact[b]->values.size()), 3 / 255.0 / 0.225) << "three levels";
    }
    EXPECT_GE(*shrinks.at("large.jpg").begin(), 4);
    EXPECT_GE(*shrinks.at("odd.jpg").begin(), 2);
    EXPECT_EQ(shrinks.at("small.jpg"), std::set<int>{1});
    EXPECT_EQ(shrinks.at("large.png"), std::set<int>{1});
}

TEST_F(FastMode, GivesTheSameBatchesForAnyNumberOfThreads) {
    const auto one = batchesOf(source_, optionsOf("fast"), 1), three = batchesOf(source_, optionsOf("fast"), 3);
    for (std::size_t b = 0; b < one.size(); ++b)
        EXPECT_EQ(one[b]->values, three[b]->values);
}

TEST_F(FastMode, ChangesWhileItRuns) {
    LoaderSetup setup;
    setup.seed = 3;
    setup.batchSize = 4;
    Loader loader(source_, optionsOf("exact"), setup);
    EXPECT_EQ(loader.next()->values, batchesOf(source_, optionsOf("exact"), 1)[0]->values);
    loader.setAugment(optionsOf("fast"));
    EXPECT_EQ(loader.next()->values, batchesOf(source_, optionsOf("fast"), 1)[1]->values);
}

ViewPlan planOf(double width, double height, int size) {
    ViewPlan plan;
    plan.width = width;
    plan.height = height;
    plan.size = size;
    return plan;
}

TEST(LargestShrink, LeavesEveryViewItsPixels) {
    EXPECT_EQ(largestShrink(std::vector{planOf(1000, 800, 100)}), 8);
    EXPECT_EQ(largestShrink(std::vector{planOf(1000, 799, 100)}), 4);
    EXPECT_EQ(largestShrink(std::vector{planOf(1000, 800, 100), planOf(193, 300, 96)}), 2);
    EXPECT_EQ(largestShrink(std::vector{planOf(1000, 800, 100), planOf(300, 191, 96)}), 1);
    EXPECT_EQ(largestShrink(std::vector{planOf(50, 50, 100)}), 1);
}

/// Each pixel of a picture that is read smaller is about the mean of the square that it stands for, upright.
TEST(DecodePicture, SmallerPicturesAreMeansOfTheWholeOneHoweverItIsTurned) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const std::vector<std::uint8_t> file =
            testing::withOrientation(testing::encoded(".jpg", smoothPicture(160, 96, 2)), orientation);
        Image whole, smaller;
        decodePicture(file, "a.jpg", whole);
        PictureSize asked;
        const int shrink = decodePicture(file, "a.jpg", smaller, {}, [&](PictureSize size) {
            asked = size;
            return 4;
        });
        ASSERT_EQ(shrink, 4);
        EXPECT_EQ(asked, (PictureSize{whole.width, whole.height}));
        ASSERT_EQ(smaller.width, whole.width / 4);
        ASSERT_EQ(smaller.height, whole.height / 4);
        double largest = 0;
        for (int y = 0; y < smaller.height; ++y)
            for (int x = 0; x < smaller.width; ++x)
                for (int c = 0; c < 3; ++c) {
                    double mean = 0;
                    for (int i = 0; i < 16; ++i)
                        mean += whole.pixels[static_cast<std::size_t>(
                                    ((4 * y + i / 4) * whole.width + 4 * x + i % 4) * 3 + c)] /
                                16.0;
                    largest = std::max(
                        largest,
                        std::abs(mean - smaller.pixels[static_cast<std::size_t>((y * smaller.width + x) * 3 + c)]));
                }
        EXPECT_LT(largest, 6) << "orientation " << orientation;
    }
}

TEST(DecodePicture, TurnedPicturesAreNeverReadBetweenPixels) {
    const std::vector<std::uint8_t> plain = testing::encoded(".jpg", smoothPicture(102, 60, 1));
    const auto shrinkOf = [](const std::vector<std::uint8_t>& file, int asked) {
        Image out;
        return decodePicture(file, "a.jpg", out, {}, [asked](PictureSize) { return asked; });
    };
    EXPECT_EQ(shrinkOf(plain, 8), 8); // 12.75 pixels wide: the last one is a part
    EXPECT_EQ(shrinkOf(testing::withOrientation(plain, 3), 8), 2);
    EXPECT_EQ(shrinkOf(testing::withOrientation(plain, 6), 1), 1);
}

} // namespace
} // namespace dinoscope
