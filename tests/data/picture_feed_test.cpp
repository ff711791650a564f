// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_feed.h"

#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"
#include "engine/data/memory_source.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <numeric>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kLong{60'000};
const Normalization kNone{{0, 0, 0}, {1, 1, 1}};

std::shared_ptr<MemorySource> someSource(int channels) {
    std::vector<Image> pictures;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 11; ++i) {
        Image picture{20 + i, 24 - i, channels, {}};
        picture.pixels.resize(static_cast<std::size_t>(picture.width * picture.height * channels));
        for (std::size_t p = 0; p < picture.pixels.size(); ++p)
            picture.pixels[p] = static_cast<std::uint8_t>(p * static_cast<std::size_t>(i + 3) >> 1);
        pictures.push_back(std::move(picture));
        labels.push_back(i % 4 - 1);
    }
    return std::make_shared<MemorySource>("set", pictures, labels, std::vector<std::string>{"a", "b", "c"});
}

EpochOrder::Order orderOf(std::vector<std::uint32_t> places) {
    return std::make_shared<const std::vector<std::uint32_t>>(std::move(places));
}

FeedSetup setupOf(int threads, std::int64_t batchSize) {
    FeedSetup setup;
    setup.source = someSource(3);
    setup.order = orderOf({7, 0, 3, 10, 1, 2, 9, 4});
    setup.transform = {13, 12, kNone};
    setup.batchSize = batchSize;
    setup.threads = threads;
    return setup;
}

/// All batches behind one another.
PictureBatch everything(FeedSetup setup) {
    PictureFeed feed(std::move(setup));
    PictureBatch all;
    std::int64_t before = 0;
    while (!feed.finished()) {
        const PictureBatch batch = feed.next(kLong).value();
        EXPECT_EQ(feed.done() - before, batch.places);
        before = feed.done();
        all.samples.insert(all.samples.end(), batch.samples.begin(), batch.samples.end());
        all.values.insert(all.values.end(), batch.values.begin(), batch.values.end());
        all.problems.insert(all.problems.end(), batch.problems.begin(), batch.problems.end());
    }
    EXPECT_EQ(feed.done(), feed.total());
    return all;
}

TEST(PictureFeed, KeepsTheOrderWhateverTheThreadsAndBatches) {
    const PictureBatch expected = everything(setupOf(1, 8));
    std::vector<std::int64_t> samples;
    for (const SampleIndex sample : expected.samples)
        samples.push_back(sample.value);
    EXPECT_EQ(samples, (std::vector<std::int64_t>{7, 0, 3, 10, 1, 2, 9, 4}));
    for (const int threads : {1, 2, 5})
        for (const std::int64_t batchSize : {1, 3, 8, 100}) {
            const PictureBatch all = everything(setupOf(threads, batchSize));
            EXPECT_EQ(all.samples, expected.samples);
            EXPECT_EQ(all.values, expected.values);
        }
    const FeedSetup setup = setupOf(1, 1);
    ViewRenderer renderer(kNone);
    std::vector<float> planes(3 * 12 * 12);
    Image buffer;
    renderEvaluation(renderer, setup.source->read(SampleIndex{0}, buffer), setup.transform, planes.data());
    EXPECT_EQ(std::vector<float>(expected.values.begin() + 432, expected.values.begin() + 864), planes);
}

TEST(PictureFeed, GivesTheViewsOfAnEpoch) {
    const auto views = [](std::uint64_t seed, std::int64_t epoch) {
        FeedSetup setup = setupOf(2, 3);
        setup.views = LinearViews{seed, Epoch{epoch}};
        return everything(std::move(setup)).values;
    };
    EXPECT_EQ(views(1, 2), views(1, 2));
    EXPECT_NE(views(1, 2), views(1, 3));
    EXPECT_NE(views(1, 2), views(2, 2));
    const FeedSetup setup = setupOf(1, 1);
    ViewRenderer renderer(kNone);
    std::vector<float> planes(3 * 12 * 12);
    Image buffer;
    renderLinearTraining(renderer, setup.source->read(SampleIndex{7}, buffer), setup.transform,
                         {1, Epoch{2}, SampleIndex{7}}, planes.data());
    const std::vector<float> all = views(1, 2);
    EXPECT_EQ(std::vector<float>(all.begin(), all.begin() + 432), planes);
}

TEST(PictureFeed, MakesTheChannelsThatTheNetworkHas) {
    FeedSetup setup = setupOf(1, 8);
    setup.source = someSource(1);
    const std::vector<float> grey = everything(setup).values;
    setup.channels = 3;
    const std::vector<float> repeated = everything(setup).values;
    ASSERT_EQ(repeated.size(), 3 * grey.size());
    for (std::size_t i = 0; i < 144; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            ASSERT_EQ(repeated[c * 144 + i], grey[i]);
    FeedSetup luma = setupOf(1, 1);
    luma.source = std::make_shared<MemorySource>("red", std::vector<Image>{{1, 1, 3, {200, 100, 50}}});
    luma.order = orderOf({0});
    luma.transform = {1, 1, kNone};
    luma.channels = 1;
    EXPECT_EQ(everything(luma).values, std::vector<float>{124.0f / 255}); // 0.299, 0.587, 0.114
}

TEST(PictureFeed, TellsOfPicturesThatCannotBeShown) {
    FeedSetup setup = setupOf(2, 3);
    setup.transform = {0, 18, kNone}; // pictures 7, 10 and 9 are lower
    const PictureBatch all = everything(setup);
    EXPECT_EQ(all.samples, (std::vector<SampleIndex>{{0}, {3}, {1}, {2}, {4}}));
    EXPECT_EQ(all.values.size(), 5u * 3 * 18 * 18);
    ASSERT_EQ(all.problems.size(), 3u);
    EXPECT_EQ(all.problems[0].substr(0, 22), "set: picture 7 (c): a ");
    setup.transform = {10, 18, kNone};
    EXPECT_THROW(everything(setup), EngineError);
}

TEST(PictureFeed, EndsInTheMiddle) {
    for (int taken = 0; taken < 4; ++taken) {
        PictureFeed feed(setupOf(3, 2));
        for (int i = 0; i < taken; ++i)
            EXPECT_TRUE(feed.next(kLong));
    }
}

TEST(PictureFeed, FindsThePicturesWithLabels) {
    EXPECT_EQ(*labelledPictures(*someSource(1)), (std::vector<std::uint32_t>{1, 2, 3, 5, 6, 7, 9, 10}));
}

} // namespace
} // namespace dinoscope
