// SPDX-License-Identifier: GPL-3.0-or-later
// How a run comes to its end.
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using Names = std::vector<std::string>;

const Names kEnd = {"step", "beginFinish", "work", "cancelWork", "finish"};

TEST(End, StopFinishesTheStepThenEvaluatesThenCloses) {
    EngineBench bench;
    bench.openInStep();
    const CommandId stop = bench.post(StopCommand{});
    bench.gate().openForGood();
    const Acknowledgement answer = bench.answerTo(stop);
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.step, Step{1});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.order(kEnd), (Names{"step", "beginFinish", "work", "work", "work", "finish"}));
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::stopped);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::finished);
    EXPECT_EQ(bench.valuesOf("knn_teacher").size(), 1u);
    EXPECT_TRUE(bench.logs("stopped at step 1"));
}

TEST(End, TheClosingEvaluationShowsAsStopping) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StopCommand{});
    bench.gate().waitForArrivals("work", 1);
    EXPECT_EQ(bench.state(), RunState::stopping);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::finished);
    EXPECT_EQ(bench.snapshot()->work.what, "Evaluating k-NN");
    EXPECT_EQ(bench.snapshot()->work.total, 3);
    bench.gate().release("work");
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->work.what, "");
}

TEST(End, ASecondStopBreaksTheClosingEvaluationOff) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StopCommand{});
    bench.gate().waitForArrivals("work", 1);
    const CommandId second = bench.post(StopCommand{});
    bench.gate().release("work");
    const Acknowledgement answer = bench.answerTo(second);
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.detail, "closing evaluation skipped");
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.order(kEnd), (Names{"step", "beginFinish", "work", "cancelWork", "finish"}));
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::stopped);
    EXPECT_TRUE(bench.valuesOf("knn_teacher").empty());
}

TEST(End, TwoStopsDuringAStepSkipTheClosingEvaluation) {
    EngineBench bench;
    bench.openInStep();
    bench.post(StopCommand{});
    const CommandId second = bench.post(StopCommand{});
    bench.gate().openForGood();
    EXPECT_FALSE(bench.answerTo(second).refused);
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.order(kEnd), (Names{"step", "beginFinish", "finish"}));
}

TEST(End, AThirdStopChangesNothing) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StopCommand{});
    bench.gate().waitForArrivals("work", 1);
    bench.post(StopCommand{});
    const CommandId third = bench.post(StopCommand{});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(third).refused);
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.calls("finish"), 1);
    EXPECT_EQ(bench.calls("work"), 1);
}

TEST(End, StopDuringARunningEvaluationReplacesItByTheClosingOne) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{});
    bench.gate().waitForArrivals("work", 1);
    const CommandId stop = bench.post(StopCommand{});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(stop).refused);
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.order(kEnd), (Names{"step", "work", "beginFinish", "work", "work", "work", "finish"}));
}

TEST(End, StopEndsARunThatNeverRan) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.calls("finish"), 1);
    EXPECT_EQ(bench.snapshot()->step, Step{0});
}

TEST(End, ThePlannedEndIsEvaluatedToo) {
    auto script = endlessScript();
    script->plannedSteps = 5;
    EngineBench bench(script);
    bench.openAt(0);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::planned);
    EXPECT_EQ(bench.snapshot()->step, Step{5});
    EXPECT_EQ(bench.order({"beginFinish", "work", "finish"}), (Names{"beginFinish", "work", "work", "work", "finish"}));
    EXPECT_TRUE(bench.logs("planned end at step 5"));
}

TEST(End, StopSkipsTheClosingEvaluationOfThePlannedEnd) {
    auto script = endlessScript();
    script->plannedSteps = 2;
    EngineBench bench(script);
    bench.openAt(0);
    bench.gate().hold("work");
    bench.apply(RunCommand{});
    bench.gate().waitForArrivals("work", 1);
    EXPECT_EQ(bench.state(), RunState::stopping);
    const CommandId stop = bench.post(StopCommand{});
    bench.gate().release("work");
    EXPECT_FALSE(bench.answerTo(stop).refused);
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::planned);
    EXPECT_EQ(bench.calls("work"), 1);
}

TEST(End, TheLimitHasItsOwnReason) {
    EngineBench bench;
    OpenCommand open;
    open.maxSteps = 4;
    bench.apply(open);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::limit);
    EXPECT_EQ(bench.snapshot()->step, Step{4});
    EXPECT_EQ(bench.calls("finish"), 1);
    EXPECT_TRUE(bench.logs("limit at step 4"));
}

TEST(End, ThePlannedEndGoesBeforeTheRestOfACredit) {
    auto script = endlessScript();
    script->plannedSteps = 2;
    EngineBench bench(script);
    bench.openAt(0);
    bench.apply(StepCommand{10});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.calls("step"), 2);
}

TEST(End, AFinishedRunStaysForProbesSavingAndHistory) {
    EngineBench bench;
    bench.openAt(2);
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_NE(bench.snapshot()->run, nullptr);
    EXPECT_NE(bench.snapshot()->params, nullptr);
    bench.apply(SaveCommand{});
    bench.apply(RequestProbeCommand{{1, CropsRequest{}, {}}});
    EXPECT_FALSE(bench.answerOf(1).error);
    EXPECT_EQ(bench.calls("finish"), 1);
}

TEST(End, ReplacingAReadyRunFinishesItOnce) {
    EngineBench bench;
    bench.openAt(0);
    bench.openAt(0);
    EXPECT_EQ(bench.order({"open", "beginFinish", "finish"}), (Names{"open", "finish", "open"}));
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    bench.openAt(0);
    EXPECT_EQ(bench.order({"open", "finish"}), (Names{"open", "finish", "open", "finish", "open"}));
}

TEST(End, ARunReplacedByALoadedOneIsFinishedToo) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(LoadCommand{"old.pt", {}, {}});
    EXPECT_EQ(bench.order({"open", "load", "finish"}), (Names{"open", "finish", "load"}));
    EXPECT_EQ(bench.state(), RunState::ready);
    EXPECT_EQ(bench.snapshot()->step, Step{100});
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{101});
}

TEST(End, ANewRunForgetsTheFormerOne) {
    auto script = endlessScript();
    script->plannedSteps = 2;
    EngineBench bench(script);
    bench.openAt(0);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::finished);
    bench.openAt(0);
    EXPECT_EQ(bench.state(), RunState::ready);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::none);
    EXPECT_EQ(bench.snapshot()->step, Step{0});
}

} // namespace
} // namespace dinoscope
