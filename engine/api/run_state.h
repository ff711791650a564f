// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace dinoscope {

/// State of the engine. Pausing and stopping last until the step in work is finished.
enum class RunState { empty, ready, starting, running, pausing, paused, stopping, finished, failed };
inline constexpr int kRunStateCount = 9;

/// Why a run came to an end; apart from the state.
enum class FinishReason { none, planned, stopped, limit, failed };

enum class CommandKind {
    open,
    run,
    pause,
    step,
    stop,
    setParam,
    save,
    load,
    requestProbe,
    setInterest,
    requestHistory,
    startJob,
    cancelJob
};
inline constexpr int kCommandKindCount = 13;

std::string_view stateName(RunState state);
std::string_view commandName(CommandKind kind);

/// Row `state`, column `kind` of the permission table: empty if the command may be posted, else the reason, a sentence
/// for a tooltip or a refusal.
std::string_view refusal(RunState state, CommandKind kind);
inline bool isAllowed(RunState state, CommandKind kind) { return refusal(state, kind).empty(); }

/// Row `state`, column `kind` of the transition table: the state an accepted command asks for; empty if it leaves the
/// state as it is or is not allowed.
std::optional<RunState> nextState(RunState state, CommandKind kind);

} // namespace dinoscope
