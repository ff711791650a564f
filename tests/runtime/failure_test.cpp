// SPDX-License-Identifier: GPL-3.0-or-later
// Exceptions of the runner become values; the engine lives on.
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using Names = std::vector<std::string>;

const Error kNonFinite{ErrorCode::nonFinite, "train", "The loss is not a number.", {}, {}};
const Error kFull{ErrorCode::io, "checkpoint", "The disk is full.", "ENOSPC", {}};

TEST(Failure, AStepThatThrowsMakesTheRunFailAndClosesItOnce) {
    EngineBench bench;
    bench.openAt(2);
    bench.script().crashNext("step");
    bench.apply(RunCommand{});
    bench.waitFor(RunState::failed);
    const auto snapshot = bench.snapshot();
    EXPECT_EQ(snapshot->finishReason, FinishReason::failed);
    EXPECT_EQ(snapshot->requestedState, RunState::failed);
    EXPECT_EQ(snapshot->step, Step{2});
    ASSERT_TRUE(snapshot->lastError);
    EXPECT_EQ(snapshot->lastError->code, ErrorCode::internal);
    EXPECT_EQ(snapshot->lastError->detail, "ordered failure of step");
    EXPECT_EQ(snapshot->lastError->step, Step{2});
    EXPECT_EQ(bench.order({"beginFinish", "finish"}), Names{"finish"});
    EXPECT_TRUE(bench.logs("ordered failure of step"));
}

TEST(Failure, TheEngineLivesOnAndOpensAnotherRun) {
    EngineBench bench;
    bench.openAt(2);
    bench.script().crashNext("step");
    bench.apply(RunCommand{});
    bench.waitFor(RunState::failed);
    bench.openAt(3);
    EXPECT_EQ(bench.snapshot()->step, Step{3});
    EXPECT_FALSE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.calls("finish"), 1);
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.calls("finish"), 2);
}

TEST(Failure, ANonFiniteLossPausesTheRunWhichMayGoOn) {
    EngineBench bench;
    bench.openAt(2);
    bench.script().failNext("step", kNonFinite);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::paused);
    ASSERT_TRUE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->lastError->code, ErrorCode::nonFinite);
    EXPECT_EQ(bench.snapshot()->lastError->step, Step{2});
    EXPECT_EQ(bench.snapshot()->step, Step{2});
    EXPECT_EQ(bench.calls("finish"), 0);
    EXPECT_TRUE(bench.logs(kNonFinite.message));
    bench.apply(StepCommand{2});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{4});
    EXPECT_FALSE(bench.snapshot()->lastError) << "it is over";
    bench.script().failNext("step", kNonFinite);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::paused);
    bench.gate().hold("step");
    bench.apply(RunCommand{});
    EXPECT_FALSE(bench.snapshot()->lastError);
}

TEST(Failure, ANonFiniteStepEndsTheCreditOfSteps) {
    EngineBench bench;
    bench.openAt(0);
    bench.script().failNext("step", kNonFinite);
    bench.apply(StepCommand{5});
    bench.waitFor(RunState::paused);
    bench.apply(SaveCommand{});
    bench.apply(SaveCommand{});
    EXPECT_EQ(bench.calls("step"), 1);
}

TEST(Failure, PicturesThatHaveGonePauseTheRunWhichMaySaveAndGoOn) {
    const Error gone{ErrorCode::noPictures, "data", "The folder cannot be reached any more.", {}, {}};
    EngineBench bench;
    bench.openAt(2);
    bench.script().failNext("step", gone);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::paused);
    ASSERT_TRUE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->lastError->message, gone.message);
    EXPECT_EQ(bench.snapshot()->step, Step{2});
    EXPECT_TRUE(bench.logs(gone.message));
    bench.apply(SaveCommand{});
    EXPECT_EQ(bench.calls("save"), 1);
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{3});
    EXPECT_FALSE(bench.snapshot()->lastError) << "it is over";
}

TEST(Failure, OtherErrorsOfAStepAreFinal) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().failNext("step", kFull);
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::failed);
    ASSERT_TRUE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->lastError->code, ErrorCode::io);
    EXPECT_EQ(bench.snapshot()->lastError->message, kFull.message);
}

TEST(Failure, AnEvaluationThatThrowsEndsAloneAndTheRunGoesOn) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().failNext("work", kFull);
    bench.apply(StartJobCommand{});
    bench.waitUntil("the failure is shown", [&] { return bench.snapshot()->lastError.has_value(); });
    EXPECT_EQ(bench.snapshot()->lastError->message, kFull.message);
    EXPECT_EQ(bench.state(), RunState::paused);
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.order({"work", "cancelWork", "step"}), (Names{"step", "work", "cancelWork", "step"}));
}

TEST(Failure, AClosingEvaluationThatThrowsDoesNotKeepTheRunFromItsEnd) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().crashNext("work");
    bench.apply(StopCommand{});
    bench.waitFor(RunState::finished);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::stopped);
    EXPECT_EQ(bench.order({"work", "cancelWork", "finish"}), (Names{"work", "cancelWork", "finish"}));
    EXPECT_TRUE(bench.snapshot()->lastError);
}

TEST(Failure, AnEndThatThrowsIsAFailureButFinishIsCalledOnce) {
    for (const char* point : {"beginFinish", "finish"}) {
        EngineBench bench;
        bench.openAt(1);
        bench.script().failNext(point, kFull);
        bench.apply(StopCommand{});
        bench.waitFor(RunState::failed);
        EXPECT_EQ(bench.snapshot()->lastError->message, kFull.message) << point;
        EXPECT_EQ(bench.calls("finish"), 1) << point;
        bench.openAt(1);
        EXPECT_EQ(bench.calls("finish"), 1) << point;
    }
}

TEST(Failure, ASecondFailureWhileClosingKeepsTheFirstOneOnDisplay) {
    EngineBench bench;
    bench.openAt(1);
    bench.script().crashNext("step");
    bench.script().failNext("finish", kFull);
    bench.apply(RunCommand{});
    bench.waitFor(RunState::failed);
    EXPECT_EQ(bench.snapshot()->lastError->detail, "ordered failure of step");
    EXPECT_TRUE(bench.logs(kFull.message));
    EXPECT_EQ(bench.calls("finish"), 1);
}

TEST(Failure, CommandsThatThrowAreRefusedAndChangeNothing) {
    EngineBench bench;
    bench.openAt(1);
    const std::vector<std::pair<std::string, Command>> commands = {{"save", SaveCommand{}},
                                                                   {"startJob", StartJobCommand{}},
                                                                   {"history", RequestHistoryCommand{}},
                                                                   {"setParam", SetParamCommand{"optim.lr", 0.5}}};
    for (const auto& [point, command] : commands) {
        bench.script().failNext(point, kFull);
        const Acknowledgement answer = bench.ask(command);
        ASSERT_TRUE(answer.refused) << point;
        EXPECT_EQ(answer.refused->message, kFull.message) << point;
        EXPECT_EQ(answer.refused->step, Step{1}) << point;
        EXPECT_EQ(bench.state(), RunState::paused) << point;
    }
    EXPECT_FALSE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.calls("recordAcknowledgement"), 0);
    bench.apply(StepCommand{1});
    bench.waitFor(RunState::paused);
    EXPECT_EQ(bench.snapshot()->step, Step{2});
}

TEST(Failure, QuestionsThatWaitAreAnsweredWithTheFailure) {
    EngineBench bench;
    bench.openInStep();
    bench.post(RequestProbeCommand{{1, CropsRequest{}, {}}});
    bench.post(RequestProbeCommand{{2, SoftmaxRequest{}, {}}});
    bench.gate().hold("probe");
    bench.gate().release("step");
    bench.gate().waitForArrivals("probe", 1); // the other one waits for a step
    bench.script().crashNext("step");
    bench.gate().release("probe");
    bench.waitFor(RunState::failed);
    std::size_t failed = 0;
    for (const ProbeResult& result : bench.engine().takeResults()) {
        failed += result.error.has_value();
        if (result.error) {
            EXPECT_EQ(result.error->detail, "ordered failure of step");
            EXPECT_TRUE(std::holds_alternative<std::monostate>(result.answer));
        }
    }
    EXPECT_EQ(failed, 1u);
    EXPECT_EQ(bench.calls("probe"), 1);
}

TEST(Failure, AQuestionThatWaitsIsAnsweredWhenTheNextRunCannotBeOpened) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("save");
    bench.post(SaveCommand{});
    bench.gate().waitForArrivals("save", 1);
    const CommandId question = bench.post(RequestProbeCommand{{1, CropsRequest{}, {}}});
    const CommandId open = bench.post(OpenCommand{});
    bench.script().failNext("open", kFull);
    bench.gate().release("save");
    EXPECT_FALSE(bench.answerTo(question).refused);
    EXPECT_TRUE(bench.answerTo(open).refused);
    const ProbeResult result = bench.answerOf(1);
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->message, kFull.message);
    EXPECT_EQ(bench.calls("probe"), 0);
}

} // namespace
} // namespace dinoscope
