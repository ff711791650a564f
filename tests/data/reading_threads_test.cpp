// SPDX-License-Identifier: GPL-3.0-or-later
// Reads that never return: whoever ends its threads goes on, and nothing is torn down below the feet of a thread.
#include "engine/data/reading_threads.h"

#include "engine/data/answering_source.h"
#include "engine/data/loader.h"
#include "engine/data/picture_feed.h"
#include "engine/data/source_scan.h"
#include "engine/support/check.h"
#include "tests/data/stuck_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace dinoscope {
namespace {

using testing::awaitGone;
using testing::Latch;
using testing::StuckSource;

constexpr std::chrono::milliseconds kShort{20};
constexpr std::int64_t kStuck = 5;

/// A source with a stuck picture, and what is to be seen after its user has gone.
struct StuckRead : ::testing::Test {
    StuckRead() { takeUnanswered(); }
    void expectLeftBehind() {
        // On a slow machine other reads may be under way when patience ends, too.
        const std::vector<std::string> sentences = takeUnanswered();
        EXPECT_EQ(std::count_if(sentences.begin(), sentences.end(),
                                [](const std::string& s) { return s.starts_with("/far/5.png does not answer"); }),
                  1);
        const std::weak_ptr<StuckSource> left = source;
        source.reset();
        EXPECT_FALSE(left.expired()) << "the thread in the read still needs it";
        latch->open();
        awaitGone(left);
    }

    std::shared_ptr<Latch> latch = std::make_shared<Latch>();
    std::shared_ptr<StuckSource> source = std::make_shared<StuckSource>(latch, 32, kStuck);
};

AugmentOptions smallOptions(const std::string& mode) {
    AugmentOptions options;
    options.globalSize = 12;
    options.localSize = 6;
    options.localCrops = 2;
    options.mode = mode;
    return options;
}

TEST_F(StuckRead, EndsALoader) {
    LoaderSetup setup;
    setup.batchSize = 32;
    setup.prefetch = 1; // the next batch has that picture, too
    setup.threads = 3;
    setup.patience = kShort;
    {
        Loader loader(source, smallOptions("fast"), setup);
        latch->awaitWaiting(1);
        EXPECT_EQ(loader.waitNext(kShort), nullptr);
    }
    expectLeftBehind();
}

TEST_F(StuckRead, OfALoaderThatIsPatientComesToItsEnd) {
    LoaderSetup setup;
    setup.batchSize = 32;
    setup.threads = 2;
    auto loader = std::make_unique<Loader>(source, smallOptions("exact"), setup);
    latch->awaitWaiting(1);
    latch->open();
    EXPECT_EQ(loader->next()->size, 32);
    loader.reset();
    EXPECT_TRUE(takeUnanswered().empty());
    EXPECT_EQ(source.use_count(), 1);
}

TEST_F(StuckRead, EndsAScan) {
    {
        SourceScan scan(source, 2, {true, true}, kShort);
        latch->awaitWaiting(1);
        scan.wait(kShort);
        EXPECT_EQ(scan.done(), 0) << "findings are added in their order";
    }
    expectLeftBehind();
}

TEST_F(StuckRead, EndsAFeed) {
    FeedSetup setup;
    setup.source = source;
    auto order = std::make_shared<std::vector<std::uint32_t>>(32);
    std::iota(order->begin(), order->end(), 0U);
    setup.order = order;
    setup.transform = {13, 12, {{0, 0, 0}, {1, 1, 1}}};
    setup.batchSize = 4;
    setup.threads = 2;
    setup.patience = kShort;
    {
        PictureFeed feed(setup);
        latch->awaitWaiting(1);
        EXPECT_EQ(feed.next(std::chrono::seconds(60)).value().samples.size(), 4U);
        EXPECT_FALSE(feed.next(kShort)) << "the second batch holds the stuck picture";
    }
    setup.source.reset();
    expectLeftBehind();
}

std::string failureOf(const ImageSource& source, std::int64_t index) {
    try {
        source.image(SampleIndex{index});
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::io);
        return error.what();
    }
    return {};
}

TEST_F(StuckRead, IsAnErrorToWhoOnlyLooksOn) {
    auto shown = std::make_unique<AnsweringSource>(source, std::chrono::seconds(60));
    Image buffer;
    int asked = 0;
    const PictureView view = shown->glance(SampleIndex{3}, buffer, [&asked](PictureSize size) {
        asked = size.width;
        return 1;
    });
    EXPECT_EQ(asked, 24);
    EXPECT_EQ(view.pixels, buffer.pixels.data());
    EXPECT_EQ(view.pixels[0], 3);
    shown = std::make_unique<AnsweringSource>(source, kShort);
    EXPECT_NE(failureOf(*shown, kStuck).find("/far/5.png does not answer"), std::string::npos);
    EXPECT_NE(failureOf(*shown, 4).find("/far/4.png cannot be read, since"), std::string::npos);
    shown.reset();
    expectLeftBehind();
}

TEST(ReadingThreads, CountsOnlyThoseThatStillWork) {
    ReadingThreads threads;
    const auto latch = std::make_shared<Latch>();
    for (int i = 0; i < 3; ++i)
        threads.start([](ReadingThreads::Seat& seat) { EXPECT_EQ(seat.read(1, [] { return 7; }), 7); });
    threads.start([latch](ReadingThreads::Seat& seat) {
        seat.read(42, [latch] {
            latch->pass();
            return true;
        });
        ADD_FAILURE() << "a thread that was left behind goes no further";
    });
    latch->awaitWaiting(1);
    EXPECT_EQ(threads.end(kShort), std::vector<std::int64_t>{42});
    EXPECT_EQ(threads.count(), 0U);
    const std::weak_ptr<Latch> left = latch;
    latch->open();
    while (left.use_count() > 1)
        std::this_thread::yield();
}

TEST(ReadingThreads, PassOnWhatAReadThrows) {
    std::string caught;
    ReadingThreads threads;
    threads.start([&](ReadingThreads::Seat& seat) {
        try {
            seat.read(1, []() -> int { throw std::runtime_error("broken"); });
        } catch (const std::runtime_error& error) {
            caught = error.what();
        }
    });
    EXPECT_TRUE(threads.end(std::chrono::seconds(60)).empty());
    EXPECT_EQ(caught, "broken");
}

TEST(ReadingTask, GivesItsResultOrWhatItThrew) {
    ReadingTask<int> good("/near", [] { return 7; });
    ASSERT_TRUE(good.wait(std::chrono::seconds(60)));
    EXPECT_EQ(good.take(), 7);
    ReadingTask<int> bad("/near", []() -> int { throw std::runtime_error("broken"); });
    ASSERT_TRUE(bad.wait(std::chrono::seconds(60)));
    EXPECT_THROW(bad.take(), std::runtime_error);
}

TEST(ReadingTask, IsLeftBehindIfItsFolderDoesNotAnswer) {
    takeUnanswered();
    auto latch = std::make_shared<Latch>();
    {
        ReadingTask<int> task("/far/pictures", [latch] {
            latch->pass();
            return 7;
        });
        latch->awaitWaiting(1);
        EXPECT_FALSE(task.wait(kShort));
        task.end(kShort);
    }
    const std::vector<std::string> sentences = takeUnanswered();
    ASSERT_EQ(sentences.size(), 1U);
    EXPECT_NE(sentences[0].find("/far/pictures does not answer"), std::string::npos);
    const std::weak_ptr<Latch> left = latch;
    latch->open();
    latch.reset();
    awaitGone(left);
}

} // namespace
} // namespace dinoscope
