// SPDX-License-Identifier: GPL-3.0-or-later
// Run, Pause and Step are one mechanism, a credit of steps.
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>
#include <limits>

namespace dinoscope {
namespace {

using Names = std::vector<std::string>;

TEST(Credit, StepMakesExactlySoManySteps) {
    EngineBench bench;
    bench.openAt(0);
    for (const std::int64_t count : {3, 1, 7}) {
        const std::int64_t before = bench.snapshot()->step.value;
        bench.apply(StepCommand{count});
        bench.waitFor(RunState::paused);
        EXPECT_EQ(bench.snapshot()->step.value, before + count);
        bench.apply(SaveCommand{}); // a turn of the loop later there is no further step
        bench.apply(SaveCommand{});
        EXPECT_EQ(bench.calls("step"), before + count);
        EXPECT_EQ(bench.state(), RunState::paused);
    }
}

TEST(Credit, WaitingForPicturesCostsNoStepAndAnswersCommands) {
    const auto script = std::make_shared<Script>();
    script->waitsForPictures = 1000;
    EngineBench bench(script);
    bench.openAt(0);
    bench.apply(StepCommand{2});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{2});
    EXPECT_EQ(bench.calls("step"), 1002);
}

TEST(Credit, APauseIsInForceWhileTheRunWaitsForPictures) {
    const auto script = std::make_shared<Script>();
    script->waitsForPictures = std::numeric_limits<std::int64_t>::max();
    EngineBench bench(script);
    bench.openAt(0);
    bench.apply(RunCommand{});
    bench.apply(SaveCommand{});
    bench.apply(PauseCommand{});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{0});
    bench.apply(RunCommand{});
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->step, Step{0});
}

TEST(Credit, StepNeedsAtLeastOne) {
    EngineBench bench;
    bench.openAt(0);
    for (const std::int64_t count : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
        const Acknowledgement answer = bench.ask(StepCommand{count});
        ASSERT_TRUE(answer.refused);
        EXPECT_EQ(answer.refused->code, ErrorCode::badInput);
        EXPECT_NE(answer.refused->message.find(std::to_string(count)), std::string::npos);
        EXPECT_EQ(bench.state(), RunState::ready);
    }
    bench.apply(SaveCommand{});
    EXPECT_EQ(bench.calls("step"), 0);
}

TEST(Credit, StepAsksForTheStateRunningUntilItIsSpent) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("step");
    bench.apply(StepCommand{2});
    EXPECT_EQ(bench.state(), RunState::running);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::running);
    bench.gate().openForGood();
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::paused);
}

TEST(Credit, PauseTakesTheRestOfAStepCredit) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("step");
    bench.apply(StepCommand{5});
    bench.gate().waitForArrivals("step", 1);
    const CommandId pause = bench.post(PauseCommand{});
    bench.gate().openForGood();
    EXPECT_FALSE(bench.answerTo(pause).refused);
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{2});
}

TEST(Credit, PauseDuringAStepLandsInPausingThenInPaused) {
    EngineBench bench;
    bench.openInStep();
    const CommandId pause = bench.post(PauseCommand{});
    bench.gate().hold("save");
    const CommandId save = bench.post(SaveCommand{}); // holds the engine in state pausing
    EXPECT_EQ(bench.state(), RunState::running) << "the step in work has not ended";
    bench.gate().release("step");
    const Acknowledgement answer = bench.answerTo(pause);
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.step, Step{1});
    bench.gate().waitForArrivals("save", 1);
    EXPECT_EQ(bench.state(), RunState::pausing);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::paused);
    bench.gate().release("save");
    EXPECT_FALSE(bench.answerTo(save).refused);
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
    EXPECT_EQ(bench.calls("step"), 1);
}

TEST(Credit, RunTakesAPauseBack) {
    EngineBench bench;
    bench.openInStep();
    bench.post(PauseCommand{});
    const CommandId run = bench.post(RunCommand{});
    bench.gate().openForGood();
    EXPECT_FALSE(bench.answerTo(run).refused);
    EXPECT_EQ(bench.state(), RunState::running);
    bench.gate().waitForArrivals("step", 20);
    bench.drain();
    EXPECT_FALSE(bench.logs("Paused"));
}

TEST(Credit, RunAfterAStepHasNoLimit) {
    EngineBench bench;
    bench.openAt(2);
    bench.apply(RunCommand{});
    bench.gate().waitForArrivals("step", 50);
    bench.apply(PauseCommand{});
    bench.waitFor(RunState::paused);
    EXPECT_GE(bench.snapshot()->step.value, 49);
    EXPECT_EQ(bench.snapshot()->step.value, bench.calls("step"));
}

TEST(Credit, StepDuringAnEvaluationWaitsForItsEnd) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{1, EvaluateRunRequest{}});
    bench.gate().waitForArrivals("work", 1);
    const CommandId step = bench.post(StepCommand{2});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(step).refused);
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{3});
    EXPECT_EQ(bench.order({"step", "work"}), (Names{"step", "work", "work", "work", "step", "step"}));
}

TEST(Credit, AnEvaluationInsideTheRunCostsNoCredit) {
    auto script = endlessScript();
    script->evaluateEvery = 2;
    script->evaluationSlices = 2;
    EngineBench bench(script);
    bench.openAt(4);
    bench.waitUntil("the second evaluation has ended", [&] { return bench.valuesOf("knn_teacher").size() == 2; });
    EXPECT_EQ(bench.state(), RunState::paused);
    EXPECT_EQ(bench.order({"step", "work"}), (Names{"step", "step", "work", "work", "step", "step", "work", "work"}));
}

TEST(Credit, PauseDuringAnEvaluationLetsItEnd) {
    auto script = endlessScript();
    script->evaluateEvery = 1;
    EngineBench bench(script);
    bench.openAt(0);
    bench.gate().hold("work");
    bench.apply(RunCommand{});
    bench.gate().waitForArrivals("work", 1);
    const CommandId pause = bench.post(PauseCommand{});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(pause).refused);
    bench.waitUntil("the evaluation has ended", [&] { return !bench.valuesOf("knn_teacher").empty(); });
    EXPECT_EQ(bench.state(), RunState::paused);
    EXPECT_EQ(bench.order({"step", "work"}), (Names{"step", "work", "work", "work"}));
}

TEST(Credit, ACancelledJobIsNotWaitedFor) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{5, EvaluateRunRequest{}});
    bench.gate().waitForArrivals("work", 1);
    const CommandId cancel = bench.post(CancelJobCommand{5});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(cancel).refused);
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.order({"step", "work"}), (Names{"step", "work", "step"}));
}

} // namespace
} // namespace dinoscope
