// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the live model, asked once or as an interest.
#include "tests/runtime/engine_bench.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace dinoscope {
namespace {

RequestProbeCommand once(JobId id, ProbeQuestion question = CropsRequest{}) { return {{id, std::move(question), {}}}; }

SetInterestCommand interest(JobId id, std::int64_t intervalMs = 500) {
    return {ProbeKind::crops, ProbeRequest{id, CropsRequest{}, {}}, intervalMs};
}

SetInterestCommand noInterest() { return {ProbeKind::crops, std::nullopt, 500}; }

/// Two whole turns of the loop: whatever was due has been answered afterwards.
void settle(EngineBench& bench) {
    bench.apply(SaveCommand{});
    bench.apply(SaveCommand{});
}

TEST(Probe, CarriesItsNumberKindAndStep) {
    EngineBench bench;
    bench.openAt(3);
    bench.apply(once(7, SoftmaxRequest{}));
    const ProbeResult result = bench.answerOf(7);
    EXPECT_EQ(result.kind, ProbeKind::softmax);
    EXPECT_EQ(result.step, Step{3});
    EXPECT_FALSE(result.error);
    EXPECT_TRUE(std::holds_alternative<SoftmaxAnswer>(result.answer));
    EXPECT_TRUE(bench.engine().takeResults().empty());
}

TEST(Probe, AFailureIsAnAnswerAndTrainingGoesOn) {
    EngineBench bench;
    bench.openInStep();
    bench.script().failNext("probe", {ErrorCode::badInput, "probes", "There is no such block.", {}, {}});
    bench.post(once(1));
    bench.gate().openForGood();
    const ProbeResult result = bench.answerOf(1);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->message, "There is no such block.");
    EXPECT_EQ(result.error->step, Step{1});
    EXPECT_EQ(result.step, Step{1});
    EXPECT_TRUE(std::holds_alternative<std::monostate>(result.answer));
    bench.gate().waitForArrivals("step", 20);
    EXPECT_EQ(bench.state(), RunState::running);
    EXPECT_FALSE(bench.snapshot()->lastError);
}

TEST(Probe, APlainExceptionIsAnAnswerToo) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().crashNext("probe");
    bench.apply(once(1, AttentionRequest{}));
    const ProbeResult result = bench.answerOf(1);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->detail, "ordered failure of probe");
    EXPECT_EQ(result.kind, ProbeKind::attention);
    EXPECT_EQ(bench.state(), RunState::paused);
}

TEST(Probe, TheNewestQuestionOfAKindWins) {
    EngineBench bench;
    bench.openInStep();
    const CommandId first = bench.post(once(1));
    const CommandId second = bench.post(once(2));
    bench.post(once(3, SoftmaxRequest{}));
    bench.gate().release("step");
    EXPECT_FALSE(bench.answerTo(first).refused);
    EXPECT_FALSE(bench.answerTo(second).refused);
    std::vector<JobId> answered;
    bench.waitUntil("both kinds are answered", [&] {
        for (const ProbeResult& result : bench.engine().takeResults())
            answered.push_back(result.id);
        return answered.size() >= 2;
    });
    std::sort(answered.begin(), answered.end());
    EXPECT_EQ(answered, (std::vector<JobId>{2, 3}));
    EXPECT_EQ(bench.calls("probe"), 2) << "the older question cost nothing";
}

TEST(Probe, AnOlderNumberIsRefused) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(once(5));
    const Acknowledgement answer = bench.ask(once(4));
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::cancelled);
    EXPECT_FALSE(bench.ask(once(4, SoftmaxRequest{})).refused) << "each kind has numbers of its own";
    bench.answerOf(4);
}

TEST(Probe, AnAnswerThatNobodyTookGoesWhenANewerQuestionComes) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(once(1));
    settle(bench); // answered, not taken
    bench.gate().hold("probe");
    bench.apply(once(2));
    EXPECT_TRUE(bench.engine().takeResults().empty());
    bench.gate().release("probe");
    EXPECT_EQ(bench.answerOf(2).id, 2u);
}

TEST(Probe, DuringAnEvaluationIsAnsweredBetweenItsSlices) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{});
    bench.gate().waitForArrivals("work", 1);
    bench.post(once(1));
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerOf(1).error);
    settle(bench);
    EXPECT_EQ(bench.order({"work", "probe"}), (std::vector<std::string>{"work", "probe", "work", "work"}));
}

TEST(Probe, DoesNotChangeTheRun) {
    const auto loss = [](bool watched) {
        EngineBench bench;
        if (watched)
            bench.apply(interest(1, 0));
        bench.openAt(40);
        bench.drain();
        return bench.valuesOf("loss");
    };
    EXPECT_EQ(loss(true), loss(false));
    EXPECT_EQ(loss(true).size(), 40u);
}

TEST(Interest, IsServedAsSoonAsThereIsARun) {
    EngineBench bench;
    bench.apply(interest(1));
    bench.openAt(0);
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 1);
    EXPECT_EQ(bench.answerOf(1).step, Step{0});
}

TEST(Interest, IsServedAtOnceWhenItIsNew) {
    EngineBench bench;
    bench.openInStep();
    bench.post(interest(1));
    bench.gate().hold("probe");
    bench.gate().release("step");
    bench.gate().waitForArrivals("probe", 1);
    EXPECT_EQ(bench.calls("step"), 1);
    bench.gate().openForGood();
    EXPECT_EQ(bench.answerOf(1).step, Step{1});
}

TEST(Interest, WaitsForItsIntervalWhileTraining) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(interest(1));
    settle(bench);
    ASSERT_EQ(bench.calls("probe"), 1);
    bench.gate().hold("step");
    bench.apply(StepCommand{20}); // time stands still
    bench.gate().waitForArrivals("step", 1);
    bench.gate().release("step");
    bench.waitFor(RunState::paused);
    const auto calls = bench.order({"step", "probe"});
    EXPECT_EQ(std::count(calls.begin(), calls.begin() + 21, "probe"), 1) << "none between the steps";
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 2) << "the pause shows the last step";
    EXPECT_EQ(bench.answerOf(1).step, Step{20});
}

TEST(Interest, IsServedAgainWhenItsIntervalHasPassed) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(interest(1, 500));
    settle(bench);
    bench.gate().hold("step");
    bench.apply(StepCommand{2});
    bench.gate().waitForArrivals("step", 1);
    bench.advance(std::chrono::milliseconds(500));
    bench.gate().release("step");
    bench.waitFor(RunState::paused);
    settle(bench);
    EXPECT_EQ(bench.order({"step", "probe"}), (std::vector<std::string>{"probe", "step", "probe", "step", "probe"}));
}

TEST(Interest, SeesALiveChangeWhilePaused) {
    EngineBench bench;
    bench.openAt(1);
    bench.apply(interest(1));
    settle(bench);
    ASSERT_EQ(bench.calls("probe"), 1);
    bench.apply(SetParamCommand{"loss.teacher_temperature", 0.1});
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 2);
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 2) << "nothing changed since";
}

TEST(Interest, EndsWhenItIsTakenBack) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(interest(1));
    settle(bench);
    bench.apply(noInterest());
    bench.apply(StepCommand{2});
    bench.waitFor(RunState::paused);
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 1);
}

TEST(Interest, OfAnotherKindThanItsQuestionIsRefused) {
    EngineBench bench;
    bench.openAt(0);
    SetInterestCommand command = interest(1);
    command.kind = ProbeKind::softmax;
    const Acknowledgement answer = bench.ask(command);
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::badInput);
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 0);
}

TEST(Interest, ANegativeIntervalIsNone) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(interest(1, -1000));
    settle(bench);
    bench.apply(StepCommand{2});
    bench.waitFor(RunState::paused);
    settle(bench);
    EXPECT_EQ(bench.calls("probe"), 3) << "the scripted probes take no time, so every step is due";
}

TEST(Interest, SleepsWhileARunIsPreparedOrHasFailed) {
    EngineBench bench;
    bench.apply(interest(1));
    bench.gate().hold("open");
    const CommandId open = bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    bench.apply(interest(2));
    EXPECT_EQ(bench.calls("probe"), 0);
    bench.script().crashNext("step");
    bench.gate().release("open");
    bench.answerTo(open);
    EXPECT_EQ(bench.answerOf(2).id, 2u);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::failed);
    bench.apply(interest(3));
    bench.apply(noInterest());
    EXPECT_EQ(bench.calls("probe"), 1);
}

} // namespace
} // namespace dinoscope
