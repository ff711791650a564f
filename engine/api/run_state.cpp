// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/run_state.h"

#include <array>

namespace dinoscope {
namespace {

using S = RunState;
using Row = std::array<std::string_view, kCommandKindCount>;

constexpr std::string_view kOk = "";
constexpr std::string_view kNoRun = "There is no run yet; start one first.";
constexpr std::string_view kBusyStarting = "The run is being prepared; wait until it is ready.";
constexpr std::string_view kRunning = "The run is training already.";
constexpr std::string_view kPausing = "The step in work is being finished.";
constexpr std::string_view kNotTraining = "The run is not training.";
constexpr std::string_view kStopping = "The run is being stopped.";
constexpr std::string_view kFinished = "The run has ended; start a new one.";
constexpr std::string_view kFailed = "The run has failed; start a new one.";
constexpr std::string_view kEndFirst = "Another run is open; stop it first.";
constexpr std::string_view kPauseFirst = "The run is training; pause it first.";

// Columns: open run pause step stop setParam save load probe interest history startJob cancelJob
constexpr std::array<Row, kRunStateCount> kRefusals = {{
    /* empty    */ {kOk, kNoRun, kNoRun, kNoRun, kNoRun, kNoRun, kNoRun, kOk, kNoRun, kOk, kNoRun, kOk, kOk},
    /* ready    */ {kOk, kOk, kNotTraining, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk, kOk},
    /* starting */
    {kBusyStarting, kBusyStarting, kBusyStarting, kBusyStarting, kOk, kBusyStarting, kBusyStarting, kBusyStarting,
     kBusyStarting, kOk, kBusyStarting, kBusyStarting, kOk},
    /* running  */ {kEndFirst, kRunning, kOk, kPauseFirst, kOk, kOk, kOk, kEndFirst, kOk, kOk, kOk, kOk, kOk},
    /* pausing  */ {kEndFirst, kOk, kPausing, kPausing, kOk, kOk, kOk, kEndFirst, kOk, kOk, kOk, kOk, kOk},
    /* paused   */ {kEndFirst, kOk, kNotTraining, kOk, kOk, kOk, kOk, kEndFirst, kOk, kOk, kOk, kOk, kOk},
    /* stopping */
    {kStopping, kStopping, kStopping, kStopping, kOk, kStopping, kStopping, kStopping, kStopping, kOk, kOk, kStopping,
     kOk},
    /* finished */ {kOk, kFinished, kFinished, kFinished, kFinished, kFinished, kOk, kOk, kOk, kOk, kOk, kOk, kOk},
    /* failed   */
    {kOk, kFailed, kFailed, kFailed, kFailed, kFailed, kFailed, kOk, kFailed, kOk, kOk, kOk, kOk},
}};

constexpr std::array<std::string_view, kRunStateCount> kStateNames = {
    "empty", "ready", "starting", "running", "pausing", "paused", "stopping", "finished", "failed"};
constexpr std::array<std::string_view, kCommandKindCount> kCommandNames = {
    "open",          "run",          "pause",           "step",      "stop",      "set-param", "save", "load",
    "request-probe", "set-interest", "request-history", "start-job", "cancel-job"};

struct Transition {
    CommandKind kind;
    std::array<std::optional<RunState>, kRunStateCount> next; // by present state
};

constexpr std::optional<RunState> kStay = std::nullopt;
// Columns: empty ready starting running pausing paused stopping finished failed
constexpr std::array<Transition, 6> kTransitions = {{
    {CommandKind::open, {S::starting, S::starting, kStay, kStay, kStay, kStay, kStay, S::starting, S::starting}},
    {CommandKind::load, {S::starting, S::starting, kStay, kStay, kStay, kStay, kStay, S::starting, S::starting}},
    {CommandKind::run, {kStay, S::running, kStay, kStay, S::running, S::running, kStay, kStay, kStay}},
    {CommandKind::pause, {kStay, kStay, kStay, S::pausing, kStay, kStay, kStay, kStay, kStay}},
    {CommandKind::step, {kStay, S::running, kStay, kStay, kStay, S::running, kStay, kStay, kStay}},
    {CommandKind::stop,
     {kStay, S::stopping, S::stopping, S::stopping, S::stopping, S::stopping, S::stopping, kStay, kStay}},
}};

} // namespace

std::string_view stateName(RunState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string_view commandName(CommandKind kind) { return kCommandNames[static_cast<std::size_t>(kind)]; }

std::string_view refusal(RunState state, CommandKind kind) {
    return kRefusals[static_cast<std::size_t>(state)][static_cast<std::size_t>(kind)];
}

std::optional<RunState> nextState(RunState state, CommandKind kind) {
    if (!isAllowed(state, kind))
        return std::nullopt;
    for (const Transition& transition : kTransitions)
        if (transition.kind == kind)
            return transition.next[static_cast<std::size_t>(state)];
    return std::nullopt;
}

} // namespace dinoscope
