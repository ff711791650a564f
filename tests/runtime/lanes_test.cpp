// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves the engine: snapshots, points, acknowledgements, log lines and the wake.
#include "tests/fakes/fake_catalog.h"
#include "tests/runtime/engine_bench.h"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace dinoscope {
namespace {

constexpr std::size_t kPointsPerStep = 16;

std::vector<CommandId> ids(const Drained& drained) {
    std::vector<CommandId> result;
    for (const Acknowledgement& acknowledgement : drained.acknowledgements)
        result.push_back(acknowledgement.id);
    return result;
}

TEST(Snapshots, AreThereFromTheBeginning) {
    EngineBench bench;
    ASSERT_NE(bench.snapshot(), nullptr);
    EXPECT_EQ(bench.state(), RunState::empty);
    EXPECT_EQ(bench.snapshot()->run, nullptr);
    EXPECT_EQ(bench.snapshot()->params, nullptr);
    EXPECT_EQ(bench.engine().catalog().metrics.size(), fakeCatalog().metrics.size());
}

TEST(Snapshots, KnowTheMemoryOfTheProcess) {
    EngineBench bench;
    bench.openAt(0);
    EXPECT_GT(bench.snapshot()->memoryBytes, 1 << 20);
}

// Time stands still, so nothing is published only because it is due.
TEST(Snapshots, CarryTheLastValuesAfterAPause) {
    EngineBench bench;
    bench.openInStep();
    bench.post(PauseCommand{});
    bench.gate().openForGood();
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
    EXPECT_DOUBLE_EQ(bench.snapshot()->trainSeconds, 0.2);
    bench.drain();
    EXPECT_EQ(bench.points.size(), kPointsPerStep);
    bench.apply(StepCommand{60});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{61});
    EXPECT_EQ(bench.snapshot()->epoch, Epoch{1});
    bench.drain();
    EXPECT_EQ(bench.points.size(), 61 * kPointsPerStep);
}

TEST(Snapshots, CarryTheLastValuesAfterAStop) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("step");
    bench.apply(StepCommand{100});
    bench.gate().waitForArrivals("step", 1);
    bench.post(StopCommand{});
    bench.gate().openForGood();
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
    EXPECT_DOUBLE_EQ(bench.snapshot()->trainSeconds, 0.2);
    bench.drain();
    EXPECT_EQ(bench.points.size(), kPointsPerStep + 4) << "four accuracies of the closing evaluation";
}

TEST(Snapshots, CarryTheLastValuesAfterAFailure) {
    auto script = endlessScript();
    script->evaluateEvery = 30;
    EngineBench bench(script);
    bench.openAt(0);
    bench.gate().hold("work"); // after 30 steps
    bench.apply(RunCommand{});
    bench.gate().waitForArrivals("work", 1);
    script->crashNext("step");
    bench.gate().release("work");
    bench.waitFor(RunState::failed);
    EXPECT_EQ(bench.snapshot()->step, Step{30});
    EXPECT_DOUBLE_EQ(bench.snapshot()->trainSeconds, 6.0);
    EXPECT_EQ(bench.snapshot()->work.what, "");
    bench.drain();
    EXPECT_EQ(bench.points.size(), 30 * kPointsPerStep + 4);
}

TEST(Snapshots, ShowTheEndOfAnEvaluationAtRest) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{});
    bench.gate().waitForArrivals("work", 1);
    bench.advance(std::chrono::seconds(1)); // the first slice is published, the others are held back
    bench.gate().hold("save");
    bench.post(SaveCommand{});
    bench.gate().release("work");
    bench.gate().waitForArrivals("save", 1);
    EXPECT_EQ(bench.snapshot()->work.done, 1);
    EXPECT_EQ(bench.snapshot()->work.what, "Evaluating k-NN");
    bench.gate().release("save");
    bench.waitUntil("the end is shown", [&] { return bench.snapshot()->work.what.empty(); });
    EXPECT_EQ(bench.calls("work"), 3);
}

TEST(Snapshots, CountUp) {
    EngineBench bench;
    std::uint64_t last = bench.snapshot()->revision;
    for (int i = 0; i < 3; ++i) {
        bench.openAt(1);
        EXPECT_GT(bench.snapshot()->revision, last);
        last = bench.snapshot()->revision;
        bench.apply(StopCommand{});
        bench.waitFor(RunState::finished);
    }
}

TEST(Points, ComeOnceAndInOrder) {
    EngineBench bench;
    bench.openAt(3);
    bench.drain();
    bench.apply(StepCommand{2});
    bench.waitFor(RunState::paused);
    bench.drain();
    std::vector<std::int64_t> steps;
    for (const MetricPoint& point : bench.points)
        if (point.metric == fakeMetric("loss"))
            steps.push_back(point.step.value);
    EXPECT_EQ(steps, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
}

TEST(Points, AGapIsMarkedWithItsSize) {
    EngineBench bench(endlessScript(), nullptr, 20);
    bench.openAt(0);
    const DrainCursor cursor = bench.engine().drain({}).next;
    bench.apply(StepCommand{3});
    bench.waitFor(RunState::paused);
    const Drained drained = bench.engine().drain(cursor);
    EXPECT_EQ(drained.lostPoints, 3 * kPointsPerStep - 20);
    EXPECT_EQ(drained.points.size(), 20u);
    EXPECT_EQ(drained.points.back().step, Step{3});
    EXPECT_EQ(bench.engine().drain(drained.next).lostPoints, 0u);
}

TEST(Points, HistoryComesAgainFromTheStepOn) {
    EngineBench bench;
    bench.openAt(4);
    bench.drain();
    const std::vector<double> loss = bench.valuesOf("loss");
    const std::vector<double> fromThree(loss.begin() + 2, loss.end());
    bench.points.clear();
    bench.apply(RequestHistoryCommand{Step{3}});
    EXPECT_EQ(bench.valuesOf("loss"), fromThree);
    EXPECT_EQ(bench.points.size(), 2 * kPointsPerStep);
    EXPECT_EQ(bench.points.front().step, Step{3});
    EXPECT_EQ(bench.snapshot()->step, Step{4});
    bench.points.clear();
    bench.apply(RequestHistoryCommand{Step{0}});
    EXPECT_EQ(bench.valuesOf("loss"), loss);
    bench.points.clear();
    bench.apply(RequestHistoryCommand{Step{5}});
    EXPECT_TRUE(bench.points.empty());
}

TEST(Readers, EachHasItsOwnCursor) {
    EngineBench bench;
    bench.openAt(2);
    const Drained early = bench.engine().drain({});
    bench.apply(StepCommand{3});
    bench.waitFor(RunState::paused);
    const Drained late = bench.engine().drain({}), rest = bench.engine().drain(early.next);
    EXPECT_EQ(early.points.size(), 2 * kPointsPerStep);
    EXPECT_EQ(late.points.size(), 5 * kPointsPerStep);
    EXPECT_EQ(rest.points.size(), 3 * kPointsPerStep);
    EXPECT_EQ(ids(late), (std::vector<CommandId>{1, 2, 3}));
    EXPECT_EQ(ids(rest), std::vector<CommandId>{3});
    EXPECT_EQ(late.next.events, rest.next.events);
    EXPECT_EQ(late.log.size(), early.log.size() + rest.log.size());
}

TEST(Readers, MayPostAndReadFromManyThreads) {
    constexpr int kThreads = 4, kEach = 50;
    EngineBench bench;
    bench.openAt(0);
    bench.apply(RunCommand{});
    std::atomic<int> answered{0};
    std::vector<std::thread> people;
    for (int i = 0; i < kThreads; ++i)
        people.emplace_back([&bench, &answered] {
            for (int n = 0; n < kEach; ++n) {
                const CommandId id = bench.engine().post(SetParamCommand{"optim.lr", 0.001 * (n + 1)});
                for (DrainCursor cursor; cursor.points + cursor.events < ~std::uint64_t{0};) {
                    const Drained drained = bench.engine().drain(cursor);
                    cursor = drained.next;
                    const auto own = ids(drained);
                    if (std::find(own.begin(), own.end(), id) != own.end())
                        break;
                    std::this_thread::yield();
                }
                ++answered;
                bench.engine().takeResults();
                EXPECT_NE(bench.engine().snapshot(), nullptr);
            }
        });
    for (std::thread& person : people)
        person.join();
    EXPECT_EQ(answered, kThreads * kEach);
    EXPECT_EQ(bench.calls("setParam"), kThreads * kEach);
}

TEST(Wake, ComesAtMostOnceUntilDrained) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.openAt(0);
    std::atomic<int> wakes{0};
    bench.engine().setWake([&] { ++wakes; });
    const auto doMuch = [&](std::int64_t saves) {
        bench.post(StepCommand{30});
        bench.post(SaveCommand{});
        bench.post(SaveCommand{});
        bench.gate().waitForArrivals("save", saves);
    };
    doMuch(2);
    EXPECT_EQ(wakes, 1);
    bench.engine().drain({});
    doMuch(4);
    EXPECT_EQ(wakes, 2);
    bench.engine().close();
    EXPECT_EQ(wakes, 2);
    bench.engine().setWake({});
}

TEST(Wake, IsNotCalledAfterItWasTakenBack) {
    EngineBench bench;
    bench.openAt(0);
    auto wakes = std::make_unique<std::atomic<int>>(0);
    bench.engine().setWake([&wakes] { ++*wakes; });
    bench.post(RunCommand{});
    bench.gate().waitForArrivals("step", 5);
    EXPECT_EQ(*wakes, 1);
    bench.engine().setWake({});
    wakes.reset();
    bench.engine().drain({});
    bench.gate().waitForArrivals("step", 50);
}

TEST(Log, ARefusalIsSaid) {
    EngineBench bench;
    bench.ask(RunCommand{});
    bench.drain();
    EXPECT_TRUE(bench.logs("Refused (run): " + std::string(refusal(RunState::empty, CommandKind::run))));
}

TEST(Log, LinesCarryTheirStep) {
    EngineBench bench;
    bench.openAt(4);
    bench.apply(SaveCommand{});
    ASSERT_FALSE(bench.lines.empty());
    EXPECT_TRUE(bench.lines.back().text.starts_with("Saved")) << bench.lines.back().text;
    EXPECT_EQ(bench.lines.back().step, Step{4});
    EXPECT_EQ(bench.lines.back().level, LogLevel::info);
}

} // namespace
} // namespace dinoscope
