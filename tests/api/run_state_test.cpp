// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/run_state.h"

#include <cctype>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dinoscope {
namespace {

using S = RunState;
using C = CommandKind;
using States = std::set<RunState>;

std::vector<RunState> allStates() {
    std::vector<RunState> states;
    for (int i = 0; i < kRunStateCount; ++i)
        states.push_back(static_cast<RunState>(i));
    return states;
}

std::vector<CommandKind> allKinds() {
    std::vector<CommandKind> kinds;
    for (int i = 0; i < kCommandKindCount; ++i)
        kinds.push_back(static_cast<CommandKind>(i));
    return kinds;
}

States statesThatAllow(CommandKind kind) {
    States states;
    for (const RunState state : allStates())
        if (isAllowed(state, kind))
            states.insert(state);
    return states;
}

std::map<RunState, RunState> movesOf(CommandKind kind) {
    std::map<RunState, RunState> moves;
    for (const RunState state : allStates())
        if (const auto next = nextState(state, kind))
            moves[state] = *next;
    return moves;
}

std::string cell(RunState state, CommandKind kind) {
    return std::string(commandName(kind)) + " in state " + std::string(stateName(state));
}

TEST(RunState, CountsAndNamesCoverEveryValue) {
    EXPECT_EQ(static_cast<int>(S::failed) + 1, kRunStateCount);
    EXPECT_EQ(static_cast<int>(C::cancelJob) + 1, kCommandKindCount);
    std::set<std::string_view> names;
    for (const RunState state : allStates())
        names.insert(stateName(state));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kRunStateCount));
    EXPECT_FALSE(names.contains(""));
    names.clear();
    for (const CommandKind kind : allKinds())
        names.insert(commandName(kind));
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kCommandKindCount));
    EXPECT_FALSE(names.contains(""));
}

TEST(RunState, NamesBelongToTheirValues) {
    EXPECT_EQ(stateName(S::empty), "empty");
    EXPECT_EQ(stateName(S::starting), "starting");
    EXPECT_EQ(stateName(S::pausing), "pausing");
    EXPECT_EQ(stateName(S::failed), "failed");
    EXPECT_EQ(commandName(C::open), "open");
    EXPECT_EQ(commandName(C::setParam), "set-param");
    EXPECT_EQ(commandName(C::requestHistory), "request-history");
    EXPECT_EQ(commandName(C::cancelJob), "cancel-job");
}

TEST(RunState, EveryRefusalIsASentence) {
    for (const RunState state : allStates())
        for (const CommandKind kind : allKinds()) {
            const std::string reason(refusal(state, kind));
            EXPECT_EQ(reason.empty(), isAllowed(state, kind)) << cell(state, kind);
            if (reason.empty())
                continue;
            EXPECT_TRUE(std::isupper(static_cast<unsigned char>(reason.front())))
                << cell(state, kind) << ": " << reason;
            EXPECT_EQ(reason.back(), '.') << cell(state, kind) << ": " << reason;
            EXPECT_NE(reason.find(' '), reason.npos) << cell(state, kind) << ": " << reason;
        }
}

TEST(RunState, CommandsOfTheRunAreAllowedWhereTheyMakeSense) {
    EXPECT_EQ(statesThatAllow(C::open), (States{S::empty, S::ready, S::finished, S::failed}));
    EXPECT_EQ(statesThatAllow(C::load), statesThatAllow(C::open));
    EXPECT_EQ(statesThatAllow(C::run), (States{S::ready, S::pausing, S::paused}));
    EXPECT_EQ(statesThatAllow(C::pause), (States{S::running}));
    EXPECT_EQ(statesThatAllow(C::step), (States{S::ready, S::paused}));
    EXPECT_EQ(statesThatAllow(C::stop),
              (States{S::ready, S::starting, S::running, S::pausing, S::paused, S::stopping}));
}

TEST(RunState, OtherCommandsAreAllowedWhereTheirRunIs) {
    const States open = {S::ready, S::running, S::pausing, S::paused};
    States openOrFinished = open;
    openOrFinished.insert(S::finished);
    EXPECT_EQ(statesThatAllow(C::setParam), open);
    EXPECT_EQ(statesThatAllow(C::save), openOrFinished);
    EXPECT_EQ(statesThatAllow(C::requestProbe), openOrFinished);
    const std::vector<RunState> states = allStates();
    const States all(states.begin(), states.end());
    EXPECT_EQ(statesThatAllow(C::setInterest), all);
    EXPECT_EQ(statesThatAllow(C::cancelJob), all);
    States withHistory = all;
    withHistory.erase(S::empty);
    withHistory.erase(S::starting);
    EXPECT_EQ(statesThatAllow(C::requestHistory), withHistory);
    States withJobs = openOrFinished;
    withJobs.insert({S::empty, S::failed});
    EXPECT_EQ(statesThatAllow(C::startJob), withJobs);
}

TEST(RunState, EveryAllowedCommandOfTheRunMovesIt) {
    for (const CommandKind kind : {C::open, C::load, C::run, C::pause, C::step, C::stop})
        for (const RunState state : allStates())
            EXPECT_EQ(nextState(state, kind).has_value(), isAllowed(state, kind)) << cell(state, kind);
}

TEST(RunState, MovesLeadToTheDocumentedStates) {
    using Moves = std::map<RunState, RunState>;
    const auto allTo = [](const States& states, RunState next) {
        Moves moves;
        for (const RunState state : states)
            moves[state] = next;
        return moves;
    };
    EXPECT_EQ(movesOf(C::open), allTo({S::empty, S::ready, S::finished, S::failed}, S::starting));
    EXPECT_EQ(movesOf(C::load), movesOf(C::open));
    EXPECT_EQ(movesOf(C::run), allTo({S::ready, S::pausing, S::paused}, S::running));
    EXPECT_EQ(movesOf(C::pause), (Moves{{S::running, S::pausing}}));
    EXPECT_EQ(movesOf(C::step), allTo({S::ready, S::paused}, S::running));
    EXPECT_EQ(movesOf(C::stop),
              allTo({S::ready, S::starting, S::running, S::pausing, S::paused, S::stopping}, S::stopping));
}

TEST(RunState, NothingElseMovesTheRun) {
    for (const CommandKind kind :
         {C::setParam, C::save, C::requestProbe, C::setInterest, C::requestHistory, C::startJob, C::cancelJob})
        EXPECT_TRUE(movesOf(kind).empty()) << commandName(kind);
}

TEST(RunState, ARefusedCommandHasNoNextState) {
    for (const RunState state : allStates())
        for (const CommandKind kind : allKinds())
            EXPECT_TRUE(isAllowed(state, kind) || !nextState(state, kind)) << cell(state, kind);
}

} // namespace
} // namespace dinoscope
