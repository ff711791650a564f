// SPDX-License-Identifier: GPL-3.0-or-later
// While a run is being prepared, and when its preparation fails.
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

const Error kNoData{ErrorCode::io, "data", "The folder cannot be read.", {}, {}};

TEST(Preparing, OpenIsAcknowledgedWhenTheRunIsReady) {
    EngineBench bench;
    bench.gate().hold("open");
    const CommandId open = bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::ready);
    EXPECT_EQ(bench.snapshot()->run, nullptr);
    EXPECT_TRUE(bench.acknowledgements.empty());
    bench.gate().release("open");
    EXPECT_FALSE(bench.answerTo(open).refused);
    EXPECT_EQ(bench.state(), RunState::ready);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::ready);
    ASSERT_NE(bench.snapshot()->run, nullptr);
    EXPECT_NE(bench.snapshot()->params, nullptr);
}

TEST(Preparing, StopGivesItUp) {
    EngineBench bench;
    bench.gate().hold("open");
    const CommandId open = bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    EXPECT_FALSE(bench.ask(StopCommand{}).refused);
    const Acknowledgement answer = bench.answerTo(open);
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::cancelled);
    bench.waitFor(RunState::empty);
    EXPECT_EQ(bench.snapshot()->requestedState, RunState::empty);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::none);
    EXPECT_FALSE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.calls("finish"), 0);
    bench.gate().openForGood();
    bench.openAt(1);
    EXPECT_EQ(bench.snapshot()->step, Step{1});
}

TEST(Preparing, CommandsOfTheRunThatWaitAreTakenInOrderWhenItIsGivenUp) {
    EngineBench bench;
    bench.gate().hold("open");
    bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    const CommandId cancel = bench.post(CancelJobCommand{1}); // needs the runner, which is busy
    bench.apply(StopCommand{});
    EXPECT_FALSE(bench.answerTo(cancel).refused);
    bench.waitFor(RunState::empty);
}

TEST(Preparing, AFailureIsTheRefusalAndTheStateFailed) {
    EngineBench bench;
    bench.script().failNext("open", kNoData);
    const Acknowledgement answer = bench.ask(OpenCommand{});
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::io);
    EXPECT_EQ(answer.refused->message, kNoData.message);
    EXPECT_EQ(bench.state(), RunState::failed);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::failed);
    ASSERT_TRUE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->lastError->message, kNoData.message);
    EXPECT_EQ(bench.calls("finish"), 0) << "there is no run whose files would have to be closed";
    bench.openAt(1);
    EXPECT_FALSE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->finishReason, FinishReason::none);
}

TEST(Preparing, APlainExceptionFailsTooAndSoDoesLoad) {
    EngineBench bench;
    bench.script().crashNext("load");
    const Acknowledgement answer = bench.ask(LoadCommand{"old.pt", {}, {}});
    ASSERT_TRUE(answer.refused);
    EXPECT_EQ(answer.refused->code, ErrorCode::internal);
    EXPECT_EQ(answer.refused->detail, "ordered failure of load");
    EXPECT_EQ(bench.state(), RunState::failed);
    bench.openAt(1);
}

// What follows looks at the snapshot as soon as the acknowledgement is there; nothing else will ever publish it.

TEST(Preparing, AReplacedRunIsShownAsReady) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.openAt(0);
    bench.openAt(0);
    EXPECT_EQ(bench.state(), RunState::ready);
    EXPECT_NE(bench.snapshot()->run, nullptr);
}

TEST(Preparing, ASecondFailureIsShownAsFailed) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.script().crashNext("open");
    bench.ask(OpenCommand{});
    bench.script().failNext("open", kNoData);
    EXPECT_TRUE(bench.ask(OpenCommand{}).refused);
    EXPECT_EQ(bench.state(), RunState::failed);
    ASSERT_TRUE(bench.snapshot()->lastError);
    EXPECT_EQ(bench.snapshot()->lastError->message, kNoData.message);
}

TEST(Preparing, WhatWasGivenUpIsShownAsEmpty) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.gate().hold("open");
    const CommandId open = bench.post(OpenCommand{});
    bench.waitFor(RunState::starting);
    bench.apply(StopCommand{});
    EXPECT_TRUE(bench.answerTo(open).refused);
    EXPECT_EQ(bench.state(), RunState::empty);
}

TEST(Preparing, WrongParametersAreRefused) {
    EngineBench bench;
    OpenCommand open;
    ParamSpec foreign;
    foreign.id = "other.value";
    foreign.defaultValue = 1.0;
    open.params = ParamSet(ParamTable({foreign}));
    const Acknowledgement answer = bench.ask(open);
    ASSERT_TRUE(answer.refused);
    EXPECT_NE(answer.refused->message.find("other.value"), std::string::npos);
    EXPECT_EQ(bench.state(), RunState::failed);
}

TEST(Preparing, ARunThatCannotBeClosedDoesNotKeepTheNextOneAway) {
    EngineBench bench;
    bench.openAt(0);
    bench.script().failNext("finish", kNoData);
    bench.openAt(0);
    EXPECT_EQ(bench.state(), RunState::ready);
    EXPECT_EQ(bench.calls("finish"), 1);
    EXPECT_TRUE(bench.logs(kNoData.message));
}

} // namespace
} // namespace dinoscope
