// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/command.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

TEST(CommandKind, IsThePlaceInTheVariant) {
    static_assert(std::variant_size_v<Command> == kCommandKindCount);
    EXPECT_EQ(commandKind(OpenCommand{}), CommandKind::open);
    EXPECT_EQ(commandKind(RunCommand{}), CommandKind::run);
    EXPECT_EQ(commandKind(PauseCommand{}), CommandKind::pause);
    EXPECT_EQ(commandKind(StepCommand{}), CommandKind::step);
    EXPECT_EQ(commandKind(StopCommand{}), CommandKind::stop);
    EXPECT_EQ(commandKind(SetParamCommand{}), CommandKind::setParam);
    EXPECT_EQ(commandKind(SaveCommand{}), CommandKind::save);
    EXPECT_EQ(commandKind(LoadCommand{}), CommandKind::load);
    EXPECT_EQ(commandKind(RequestProbeCommand{}), CommandKind::requestProbe);
    EXPECT_EQ(commandKind(SetInterestCommand{}), CommandKind::setInterest);
    EXPECT_EQ(commandKind(RequestHistoryCommand{}), CommandKind::requestHistory);
    EXPECT_EQ(commandKind(StartJobCommand{}), CommandKind::startJob);
    EXPECT_EQ(commandKind(CancelJobCommand{}), CommandKind::cancelJob);
}

TEST(ProbeKind, IsThePlaceInTheVariant) {
    static_assert(std::variant_size_v<ProbeQuestion> == 5);
    EXPECT_EQ(probeKind(CropsRequest{}), ProbeKind::crops);
    EXPECT_EQ(probeKind(SoftmaxRequest{}), ProbeKind::softmax);
    EXPECT_EQ(probeKind(AttentionRequest{}), ProbeKind::attention);
    EXPECT_EQ(probeKind(NeighboursRequest{}), ProbeKind::neighbours);
    EXPECT_EQ(probeKind(SamplesRequest{}), ProbeKind::samples);
}

TEST(ProbeKind, TheAnswerOfAKindIsOnePlaceFurther) {
    using Answer = decltype(ProbeResult::answer);
    const auto place = [](const Answer& answer) { return answer.index(); };
    EXPECT_EQ(place(CropsAnswer{}), static_cast<std::size_t>(ProbeKind::crops) + 1);
    EXPECT_EQ(place(SoftmaxAnswer{}), static_cast<std::size_t>(ProbeKind::softmax) + 1);
    EXPECT_EQ(place(AttentionAnswer{}), static_cast<std::size_t>(ProbeKind::attention) + 1);
    EXPECT_EQ(place(NeighboursAnswer{}), static_cast<std::size_t>(ProbeKind::neighbours) + 1);
    EXPECT_EQ(place(SamplesAnswer{}), static_cast<std::size_t>(ProbeKind::samples) + 1);
}

} // namespace
} // namespace dinoscope
