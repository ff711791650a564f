// SPDX-License-Identifier: GPL-3.0-or-later
// Every command in every state: the engine does what the tables of run_state.h say, and answers once.
#include "tests/runtime/engine_bench.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <stdexcept>

namespace dinoscope {
namespace {

Command sampleOf(CommandKind kind) {
    switch (kind) {
    case CommandKind::open: return OpenCommand{};
    case CommandKind::run: return RunCommand{};
    case CommandKind::pause: return PauseCommand{};
    case CommandKind::step: return StepCommand{2};
    case CommandKind::stop: return StopCommand{};
    case CommandKind::setParam: return SetParamCommand{"optim.lr", 0.5};
    case CommandKind::save: return SaveCommand{};
    case CommandKind::load: return LoadCommand{"some.pt", {}, {}};
    case CommandKind::requestProbe: return RequestProbeCommand{{1, CropsRequest{}, {}}};
    case CommandKind::setInterest: return SetInterestCommand{ProbeKind::softmax, ProbeRequest{1, SoftmaxRequest{}, {}}};
    case CommandKind::requestHistory: return RequestHistoryCommand{};
    case CommandKind::startJob: return StartJobCommand{};
    case CommandKind::cancelJob: return CancelJobCommand{};
    }
    throw std::logic_error("no such kind");
}

/// The member of the runner that carries the kind out before it is acknowledged; empty: none.
std::string memberOf(CommandKind kind) {
    switch (kind) {
    case CommandKind::open: return "open";
    case CommandKind::setParam: return "setParam";
    case CommandKind::save: return "save";
    case CommandKind::load: return "load";
    case CommandKind::requestHistory: return "history";
    case CommandKind::startJob: return "startJob";
    default: return {};
    }
}

/// Brings a fresh engine into `state` and holds it there: the next command is taken in that state, once the gate opens.
void bringTo(EngineBench& bench, RunState state) {
    switch (state) {
    case RunState::empty: return;
    case RunState::starting:
        bench.gate().hold("open");
        bench.post(OpenCommand{});
        bench.gate().waitForArrivals("open", 1);
        return;
    case RunState::ready: return bench.openAt(0);
    case RunState::running: return bench.openInStep();
    case RunState::pausing:
        bench.openInStep();
        bench.post(PauseCommand{});
        return;
    case RunState::paused: return bench.openAt(1);
    case RunState::stopping:
        bench.openAt(1);
        bench.gate().hold("work");
        bench.post(StopCommand{});
        bench.gate().waitForArrivals("work", 1);
        return;
    case RunState::finished:
        bench.openAt(1);
        bench.post(StopCommand{});
        return bench.waitFor(RunState::finished);
    case RunState::failed:
        bench.openAt(1);
        bench.script().crashNext("step");
        bench.post(StepCommand{});
        return bench.waitFor(RunState::failed);
    }
}

/// While a run is being prepared only these are handled; the rest waits for the end of the preparation.
bool isHandledWhilePreparing(CommandKind kind) {
    return !isAllowed(RunState::starting, kind) || kind == CommandKind::stop || kind == CommandKind::setInterest;
}

/// Where the engine ends when `kind` was posted in `state` and nothing else happens.
RunState restAfter(RunState state, CommandKind kind) {
    const RunState next = nextState(state, kind).value_or(state);
    switch (next) {
    case RunState::starting: return RunState::ready;
    case RunState::running: return state != next && kind == CommandKind::step ? RunState::paused : RunState::running;
    case RunState::pausing: return RunState::paused;
    case RunState::stopping: return state == RunState::starting ? RunState::empty : RunState::finished;
    default: return next;
    }
}

class Permission : public testing::TestWithParam<int> {};

TEST_P(Permission, IsAsInTheTable) {
    const auto state = static_cast<RunState>(GetParam() / kCommandKindCount);
    const auto kind = static_cast<CommandKind>(GetParam() % kCommandKindCount);
    EngineBench bench;
    bringTo(bench, state);
    const int callsBefore = memberOf(kind).empty() ? 0 : bench.calls(memberOf(kind));
    const CommandId id = bench.post(sampleOf(kind));
    if (state != RunState::starting || !isHandledWhilePreparing(kind))
        bench.gate().openForGood();
    const Acknowledgement answer = bench.answerTo(id);
    bench.gate().openForGood();

    EXPECT_EQ(answer.kind, kind);
    if (isAllowed(state, kind)) {
        EXPECT_EQ(answer.refused ? answer.refused->message : "", "");
    } else {
        ASSERT_TRUE(answer.refused);
        EXPECT_EQ(answer.refused->code, ErrorCode::notAllowed);
        EXPECT_EQ(answer.refused->message, refusal(state, kind));
        EXPECT_EQ(answer.refused->step, answer.step);
    }
    if (!memberOf(kind).empty()) {
        EXPECT_EQ(bench.calls(memberOf(kind)) - callsBefore, isAllowed(state, kind) ? 1 : 0);
    }
    bench.waitFor(restAfter(state, kind));
}

TEST_P(Permission, EndsInExactlyOneAcknowledgement) {
    const auto state = static_cast<RunState>(GetParam() / kCommandKindCount);
    const auto kind = static_cast<CommandKind>(GetParam() % kCommandKindCount);
    EngineBench bench;
    bringTo(bench, state);
    const CommandId last = bench.post(sampleOf(kind));
    bench.gate().openForGood();
    bench.engine().close();
    std::vector<CommandId> answered, posted;
    for (const Acknowledgement& acknowledgement : bench.engine().drain({}).acknowledgements)
        answered.push_back(acknowledgement.id);
    std::sort(answered.begin(), answered.end());
    for (CommandId id = 1; id <= last; ++id)
        posted.push_back(id);
    EXPECT_EQ(answered, posted);
}

std::string nameOf(const testing::TestParamInfo<int>& info) {
    std::string name(stateName(static_cast<RunState>(info.param / kCommandKindCount)));
    name += "_" + std::string(commandName(static_cast<CommandKind>(info.param % kCommandKindCount)));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Permission, testing::Range(0, kRunStateCount* kCommandKindCount), nameOf);

} // namespace
} // namespace dinoscope
