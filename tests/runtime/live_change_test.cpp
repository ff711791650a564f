// SPDX-License-Identifier: GPL-3.0-or-later
// Parameters changed while a run is open.
#include "tests/runtime/engine_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using testing::HasSubstr;

Error refusalOf(EngineBench& bench, const std::string& id, ParamValue value) {
    const Acknowledgement answer = bench.ask(SetParamCommand{id, std::move(value)});
    EXPECT_TRUE(answer.refused) << id;
    EXPECT_EQ(answer.detail, "");
    return answer.refused.value_or(Error{});
}

TEST(LiveChange, CountsFromTheAcknowledgedStepOn) {
    EngineBench bench;
    bench.openAt(0);
    bench.gate().hold("step");
    bench.apply(StepCommand{3});
    bench.gate().waitForArrivals("step", 1);
    const CommandId id = bench.post(SetParamCommand{"optim.weight_decay", 0.5});
    bench.gate().openForGood();
    const Acknowledgement answer = bench.answerTo(id);
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.kind, CommandKind::setParam);
    EXPECT_EQ(answer.step, Step{1});
    EXPECT_EQ(answer.detail, "optim.weight_decay: 0.04 -> 0.5");
    bench.waitFor(RunState::paused);
    bench.drain();
    EXPECT_EQ(bench.valuesOf("weight_decay"), (std::vector<double>{0.04, 0.5, 0.5}));
}

TEST(LiveChange, IsInTheSnapshotAndInTheLog) {
    EngineBench bench;
    bench.openAt(2);
    const auto before = bench.snapshot()->params;
    bench.apply(SetParamCommand{"optim.lr", 0.25});
    ASSERT_NE(bench.snapshot()->params, nullptr);
    EXPECT_EQ(bench.snapshot()->params->at("optim.lr"), ParamValue(0.25));
    EXPECT_EQ(before->at("optim.lr"), ParamValue(0.001)) << "a published set never changes";
    EXPECT_TRUE(bench.logs("optim.lr: 0.001 -> 0.25"));
}

TEST(LiveChange, IsRecordedOnceItIsAcknowledged) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(SetParamCommand{"optim.lr", 0.25});
    EXPECT_EQ(bench.order({"setParam", "recordAcknowledgement"}),
              (std::vector<std::string>{"setParam", "recordAcknowledgement"}));
    refusalOf(bench, "optim.lr", -1.0);
    bench.apply(SaveCommand{});
    EXPECT_EQ(bench.calls("recordAcknowledgement"), 1) << "neither a refusal nor another command is a change";
}

TEST(LiveChange, CountsEvenIfItCannotBeRecorded) {
    EngineBench bench;
    bench.openAt(0);
    bench.script().failNext("recordAcknowledgement", {ErrorCode::io, "checkpoint", "The disk is full.", {}, {}});
    bench.apply(SetParamCommand{"optim.lr", 0.25});
    EXPECT_TRUE(bench.logs("The disk is full."));
    EXPECT_EQ(bench.snapshot()->params->at("optim.lr"), ParamValue(0.25));
    EXPECT_EQ(bench.state(), RunState::ready);
}

TEST(LiveChange, UnderstandsAnEarlierNameAndAWholeNumber) {
    EngineBench bench;
    bench.openAt(0);
    const Acknowledgement answer = bench.ask(SetParamCommand{"train.lr", std::int64_t{2}});
    EXPECT_FALSE(answer.refused);
    EXPECT_EQ(answer.detail, "optim.lr: 0.001 -> " + formatParam(2.0));
    EXPECT_EQ(bench.snapshot()->params->at("optim.lr"), ParamValue(2.0));
}

TEST(LiveChange, OfTheNextEpochIsAccepted) {
    EngineBench bench;
    bench.openAt(0);
    bench.apply(SetParamCommand{"augment.flip", 0.75});
    EXPECT_EQ(bench.snapshot()->params->at("augment.flip"), ParamValue(0.75));
}

TEST(LiveChange, TheHardRangeDecides) {
    EngineBench bench;
    bench.openAt(0);
    for (const double value : {-0.5, 10.5}) {
        const Error error = refusalOf(bench, "optim.lr", value);
        EXPECT_EQ(error.code, ErrorCode::badParameter);
        EXPECT_THAT(error.message, testing::AllOf(HasSubstr("optim.lr"), HasSubstr("from 0 to 10")));
    }
    bench.apply(SetParamCommand{"optim.lr", 10.0});
}

TEST(LiveChange, TheTypeDecides) {
    EngineBench bench;
    bench.openAt(0);
    EXPECT_EQ(refusalOf(bench, "optim.lr", true).code, ErrorCode::badParameter);
    EXPECT_EQ(refusalOf(bench, "optim.lr", std::string("0.5")).code, ErrorCode::badParameter);
}

TEST(LiveChange, AMisspeltNameGetsASuggestion) {
    EngineBench bench;
    bench.openAt(0);
    const Error error = refusalOf(bench, "optim.weigth_decay", 0.5);
    EXPECT_THAT(error.message, HasSubstr("did you mean 'optim.weight_decay'"));
}

TEST(LiveChange, WhatIsFixedByTheRunIsRefused) {
    EngineBench bench;
    bench.openAt(1);
    for (const auto& [id, value] :
         std::vector<std::pair<std::string, ParamValue>>{{"run.batch_size", std::int64_t{64}},
                                                         {"head.use_bn", false},
                                                         {"backbone.arch", std::string("vit_tiny")}}) {
        const Error error = refusalOf(bench, id, value);
        EXPECT_EQ(error.code, ErrorCode::notAllowed);
        EXPECT_EQ(error.step, Step{1});
        EXPECT_THAT(error.message, testing::AllOf(HasSubstr(id), HasSubstr("new run")));
    }
}

TEST(LiveChange, ARefusalLeavesTheRunnerAlone) {
    EngineBench bench;
    bench.openAt(0);
    const auto before = bench.snapshot()->params;
    refusalOf(bench, "optim.lr", 11.0);
    refusalOf(bench, "optim.speed", 1.0);
    refusalOf(bench, "run.seed", std::int64_t{1});
    EXPECT_EQ(bench.calls("setParam"), 0);
    bench.apply(SaveCommand{});
    EXPECT_EQ(*bench.snapshot()->params, *before);
}

TEST(LiveChange, ChangesInOneTurnAreAppliedInOrder) {
    EngineBench bench;
    bench.openInStep();
    const CommandId first = bench.post(SetParamCommand{"optim.lr", 0.5});
    const CommandId second = bench.post(SetParamCommand{"optim.lr", 0.75});
    bench.gate().openForGood();
    EXPECT_EQ(bench.answerTo(first).detail, "optim.lr: 0.001 -> 0.5");
    EXPECT_EQ(bench.answerTo(second).detail, "optim.lr: 0.5 -> 0.75");
    EXPECT_EQ(bench.answerTo(second).step, Step{1});
}

} // namespace
} // namespace dinoscope
