// SPDX-License-Identifier: GPL-3.0-or-later
// The end of the engine itself.
#include "engine/runtime/engine_loop.h"
#include "engine/runtime/threaded_engine.h"
#include "engine/support/check.h"
#include "tests/fakes/scripted_runner.h"
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>
#include <thread>

namespace dinoscope {
namespace {

using Names = std::vector<std::string>;

TEST(Closing, AnEngineWithoutARunClosesAtAnyMoment) {
    for (int i = 0; i < 200; ++i)
        makeFakeEngine()->close();
}

TEST(Closing, MayBeAskedTwiceAndFromTwoThreads) {
    EngineBench bench;
    bench.openAt(1);
    std::thread other([&] { bench.engine().close(); });
    bench.engine().close();
    other.join();
    bench.engine().close();
    EXPECT_EQ(bench.calls("finish"), 1);
}

/// Something of it still ends in another thread when the engine's loop is over.
class WakingRunner : public ScriptedRunner {
public:
    using ScriptedRunner::ScriptedRunner;
    ~WakingRunner() override { wake_(); }
    void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }

private:
    std::function<void()> wake_;
};

TEST(Closing, ARunnerMayWakeTheEngineUntilItIsGone) {
    for (int i = 0; i < 20; ++i)
        ThreadedEngine(std::make_unique<WakingRunner>(std::make_shared<Script>())).close();
}

TEST(Closing, EndsTheRunAsStopDoes) {
    EngineBench bench;
    bench.openAt(2);
    bench.engine().close();
    EXPECT_EQ(bench.order({"beginFinish", "work", "finish"}), (Names{"beginFinish", "work", "work", "work", "finish"}));
    EXPECT_EQ(bench.state(), RunState::finished);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::stopped);
    EXPECT_EQ(bench.snapshot()->step, Step{2});
}

TEST(Closing, DuringAStepWaitsForIt) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("step");
    bench.apply(StepCommand{1});
    bench.gate().waitForArrivals("step", 1);
    std::thread closer([&] { bench.engine().close(); });
    bench.gate().release("step");
    closer.join();
    EXPECT_EQ(bench.calls("step"), 1);
    EXPECT_EQ(bench.state(), RunState::finished);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
}

TEST(Closing, ARunThatWouldNeverEndIsEnded) {
    EngineBench bench;
    bench.openInStep();
    std::thread closer([&] { bench.engine().close(); });
    bench.gate().openForGood();
    closer.join();
    EXPECT_EQ(bench.state(), RunState::finished);
    EXPECT_EQ(bench.calls("finish"), 1);
}

TEST(Closing, AcceptsStopAloneMeanwhile) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    std::thread closer([&] { bench.engine().close(); });
    bench.gate().waitForArrivals("work", 1); // the closing evaluation
    const CommandId run = bench.post(RunCommand{}), interest = bench.post(SetInterestCommand{});
    const CommandId stop = bench.post(StopCommand{});
    bench.gate().release("work");
    closer.join();
    for (const CommandId id : {run, interest}) {
        ASSERT_TRUE(bench.answerTo(id).refused);
        EXPECT_EQ(bench.answerTo(id).refused->code, ErrorCode::notAllowed);
    }
    EXPECT_FALSE(bench.answerTo(stop).refused);
    EXPECT_EQ(bench.order({"work", "cancelWork", "finish"}), (Names{"work", "cancelWork", "finish"}));
    EXPECT_EQ(bench.state(), RunState::finished);
}

TEST(Closing, DuringAPreparationGivesItUp) {
    EngineBench bench;
    bench.gate().hold("open");
    const CommandId open = bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    bench.engine().close();
    const Acknowledgement answer = bench.answerTo(open);
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::cancelled);
    EXPECT_EQ(bench.state(), RunState::empty);
    EXPECT_EQ(bench.calls("finish"), 0);
}

TEST(Closing, ShowsTheEndOfAPreparationWhateverTheTime) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.gate().hold("open");
    bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    bench.engine().close();
    EXPECT_EQ(bench.state(), RunState::empty);
}

TEST(Closing, AFailingEndStillCloses) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().crashNext("finish");
    bench.engine().close();
    EXPECT_EQ(bench.state(), RunState::failed);
    EXPECT_EQ(bench.calls("finish"), 1);
}

TEST(Closing, PostingAfterwardsIsRefusedWithAnAcknowledgement) {
    EngineBench bench;
    bench.openAt(1);
    bench.engine().close();
    for (const Command& command : {Command{RunCommand{}}, Command{StopCommand{}}, Command{SaveCommand{}}}) {
        const CommandId id = bench.post(command);
        const Acknowledgement answer = bench.answerTo(id);
        EXPECT_EQ(answer.kind, commandKind(command));
        ASSERT_TRUE(answer.refused);
        EXPECT_EQ(answer.refused->code, ErrorCode::notAllowed);
        EXPECT_EQ(answer.step, Step{1});
    }
    EXPECT_EQ(bench.acknowledgements.size(), 5u);
    EXPECT_EQ(bench.state(), RunState::finished);
}

TEST(Closing, EveryCommandPostedMeanwhileIsAnsweredOnce) {
    constexpr int kPosts = 300;
    EngineBench bench;
    bench.openAt(1);
    std::vector<CommandId> posted;
    std::thread person([&] {
        for (int i = 0; i < kPosts; ++i)
            posted.push_back(bench.engine().post(SaveCommand{}));
    });
    bench.engine().close();
    person.join();
    bench.drain();
    std::vector<int> answers(2 + kPosts);
    for (const Acknowledgement& acknowledgement : bench.acknowledgements)
        ++answers.at(acknowledgement.id - 1);
    EXPECT_EQ(answers, std::vector<int>(2 + kPosts, 1));
    EXPECT_EQ(posted.back(), static_cast<CommandId>(2 + kPosts));
}

/// Broken from the start, and asked to close while it breaks for the second time.
class BrokenRunner : public ScriptedRunner {
public:
    explicit BrokenRunner(CommandQueue& queue) : ScriptedRunner(std::make_shared<Script>()), queue_(queue) {}
    bool hasWork() const override {
        if (++looks_ == 2)
            queue_.requestClose();
        throw EngineError(ErrorCode::internal, "tests", "Nothing works.");
    }

private:
    CommandQueue& queue_;
    mutable int looks_ = 0;
};

TEST(Closing, ARunnerThatFailsInCirclesDoesNotKeepTheEngine) {
    CommandQueue queue;
    OutLanes lanes(16);
    BrokenRunner runner(queue);
    ManualClock clock;
    const CommandId id = queue.push(RunCommand{}).id;
    EngineLoop(runner, clock, queue, lanes).run();
    EXPECT_EQ(lanes.snapshots.newest()->state, RunState::failed);
    const auto events = lanes.events.read(0);
    ASSERT_EQ(events.acknowledgements.size(), 1u);
    EXPECT_EQ(events.acknowledgements[0].id, id);
    EXPECT_FALSE(queue.push(RunCommand{}).accepted);
}

} // namespace
} // namespace dinoscope
