// SPDX-License-Identifier: GPL-3.0-or-later
// The small parts of the runtime, each alone.
#include "engine/runtime/caught_error.h"
#include "engine/runtime/mailbox.h"
#include "engine/runtime/memory_meter.h"
#include "engine/runtime/result_box.h"
#include "engine/runtime/run_control.h"
#include "engine/runtime/waker.h"
#include "engine/support/check.h"
#include "tests/fakes/manual_clock.h"

#include <gtest/gtest.h>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace dinoscope {
namespace {

TEST(StepCredit, NothingIsSpentAtFirst) { EXPECT_TRUE(StepCredit{}.isSpent()); }

TEST(StepCredit, LastsForItsSteps) {
    StepCredit credit{false, 2};
    EXPECT_FALSE(credit.isSpent());
    credit.spendOne();
    EXPECT_FALSE(credit.isSpent());
    credit.spendOne();
    EXPECT_TRUE(credit.isSpent());
}

TEST(StepCredit, UnlimitedIsNeverSpent) {
    StepCredit credit{true, 0};
    for (int i = 0; i < 1000; ++i)
        credit.spendOne();
    EXPECT_FALSE(credit.isSpent());
}

TEST(Mailbox, IsNeverNull) { EXPECT_EQ(*Mailbox<int>().newest(), 0); }

TEST(Mailbox, GivesTheNewestAndLeavesFormerOnesToTheirReaders) {
    Mailbox<int> box;
    box.put(std::make_shared<const int>(1));
    const auto former = box.newest();
    box.put(std::make_shared<const int>(2));
    EXPECT_EQ(*former, 1);
    EXPECT_EQ(*box.newest(), 2);
    EXPECT_EQ(box.newest(), box.newest());
    EXPECT_EQ(former.use_count(), 1) << "the box let go of the former value";
}

TEST(Mailbox, AReaderBesideTheWriterNeverGoesBack) {
    constexpr int kValues = 5000;
    Mailbox<int> box;
    std::thread writer([&] {
        for (int value = 1; value <= kValues; ++value)
            box.put(std::make_shared<const int>(value));
    });
    for (int last = 0; last < kValues;) {
        const int value = *box.newest();
        ASSERT_GE(value, last);
        last = value;
    }
    writer.join();
}

ProbeResult result(ProbeKind kind, JobId id) { return {id, kind, {}, {}, {}}; }

TEST(ResultBox, KeepsTheNewestOfEachKindUntilTaken) {
    ResultBox box;
    EXPECT_TRUE(box.takeAll().empty());
    box.put(result(ProbeKind::softmax, 1));
    box.put(result(ProbeKind::crops, 2));
    box.put(result(ProbeKind::softmax, 3));
    const auto taken = box.takeAll();
    ASSERT_EQ(taken.size(), 2u);
    EXPECT_EQ(taken[0].kind, ProbeKind::crops);
    EXPECT_EQ(taken[0].id, 2u);
    EXPECT_EQ(taken[1].id, 3u);
    EXPECT_TRUE(box.takeAll().empty());
}

TEST(ResultBox, DropsOnlyOlderOnesOfTheKind) {
    ResultBox box;
    box.put(result(ProbeKind::crops, 4));
    box.put(result(ProbeKind::softmax, 4));
    box.dropOlder(ProbeKind::crops, 5);
    box.dropOlder(ProbeKind::softmax, 4);
    box.dropOlder(ProbeKind::attention, 9);
    const auto taken = box.takeAll();
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0].kind, ProbeKind::softmax);
}

TEST(Waker, WakesOnceUntilTheReaderHasDrained) {
    Waker waker;
    int wakes = 0;
    waker.signal(); // nobody listens yet
    waker.set([&] { ++wakes; });
    EXPECT_EQ(wakes, 0) << "what was recorded before is not told";
    waker.signal();
    waker.signal();
    EXPECT_EQ(wakes, 1);
    waker.rearm();
    EXPECT_EQ(wakes, 1);
    waker.signal();
    waker.signal();
    EXPECT_EQ(wakes, 2);
}

TEST(Waker, AReplacedReaderIsNotCalled) {
    Waker waker;
    int former = 0, present = 0;
    waker.set([&] { ++former; });
    waker.signal();
    waker.set([&] { ++present; });
    waker.signal();
    EXPECT_EQ(former, 1);
    EXPECT_EQ(present, 1);
    waker.set({});
    waker.signal();
    EXPECT_EQ(present, 1);
}

// The callback may die as soon as set() has returned.
TEST(Waker, AReaderMayLeaveBesideTheSignals) {
    Waker waker;
    std::thread engine([&] {
        for (int i = 0; i < 2000; ++i)
            waker.signal();
    });
    for (int i = 0; i < 200; ++i) {
        auto wakes = std::make_unique<int>(0);
        waker.set([&wakes] { ++*wakes; });
        waker.rearm();
        waker.set({});
        EXPECT_LE(*wakes, 2);
    }
    engine.join();
}

TEST(MemoryMeter, MeasuresAtMostTwiceASecond) {
    constexpr std::size_t kGrowth = std::size_t{64} << 20;
    ManualClock clock;
    MemoryMeter meter;
    const std::int64_t before = meter.residentBytes(clock.now());
    EXPECT_GT(before, 0);
    const std::vector<char> touched(kGrowth, 1);
    clock.advance(std::chrono::milliseconds(499));
    EXPECT_EQ(meter.residentBytes(clock.now()), before);
    clock.advance(std::chrono::milliseconds(1));
    EXPECT_GT(meter.residentBytes(clock.now()), before + static_cast<std::int64_t>(kGrowth / 2));
    EXPECT_EQ(touched.back(), 1);
}

TEST(CaughtError, KeepsWhatTheEngineThrewAndStampsTheStep) {
    const auto error = errorOf(Step{7}, [] { throw EngineError(ErrorCode::io, "data", "The disk is full.", "28"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::io);
    EXPECT_EQ(error->domain, "data");
    EXPECT_EQ(error->message, "The disk is full.");
    EXPECT_EQ(error->detail, "28");
    EXPECT_EQ(error->step, Step{7});
}

TEST(CaughtError, TurnsEverythingIntoAValue) {
    const auto memory = errorOf(Step{1}, [] { throw std::bad_alloc(); });
    ASSERT_TRUE(memory);
    EXPECT_EQ(memory->code, ErrorCode::outOfMemory);
    const auto plain = errorOf(Step{1}, [] { throw std::runtime_error("broken pipe"); });
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->code, ErrorCode::internal);
    EXPECT_EQ(plain->detail, "broken pipe");
    const auto odd = errorOf(Step{1}, [] { throw 5; });
    ASSERT_TRUE(odd);
    EXPECT_EQ(odd->code, ErrorCode::internal);
    for (const auto& error : {memory, plain, odd})
        EXPECT_FALSE(error->message.empty());
    EXPECT_FALSE(errorOf(Step{1}, [] {}));
}

} // namespace
} // namespace dinoscope
