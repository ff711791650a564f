// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/api/param.h"
#include "engine/api/probe.h"
#include "engine/api/run_state.h"

#include <optional>
#include <variant>

namespace dinoscope {

// The closed set of commands. Order of the variant's alternatives = order of CommandKind.

/// Prepares a run: reads the data, makes both networks. Ends in state ready.
struct OpenCommand {
    ParamSet params;
    std::string runFolder;     ///< where config.toml, metrics.sqlite and log.txt are written; empty: nothing is written
    std::int64_t maxSteps = 0; ///< stop earlier than the planned epochs after so many steps; 0: no limit
    double maxMinutes = 0;     ///< the same in minutes of training; 0: no limit
};
struct RunCommand {};
struct PauseCommand {};
struct StepCommand {
    std::int64_t count = 1; ///< at least 1
};
/// Ends the run after the step in work. A second one skips the closing evaluation.
struct StopCommand {};
/// Applies at the next step boundary; the acknowledgement carries that step.
struct SetParamCommand {
    std::string id;
    ParamValue value;
};
struct SaveCommand {
    std::string note;
};
/// Goes on from what was saved at `path`.
///
/// A file with networks: prepares a run as `run` says, then gives it the networks, and as far as the file has them the
/// optimiser's state, the centre and the place in the run.
///
/// The folder of a run: takes its newest checkpoint that is whole, or the one of step `at`. Where run.runFolder is that
/// same folder the run goes on as if it had never ended; in another one a new run begins there, with the curves up to
/// that step. Values in run.params are laid over those of the checkpoint.
struct LoadCommand {
    std::string path;
    OpenCommand run;
    std::optional<Step> at; ///< for the folder of a run
    bool look = false;      ///< also a run that has come to its planned end, to look at it
};
/// Asks once. The answer comes through Engine::takeResults().
struct RequestProbeCommand {
    ProbeRequest request;
};
/// Asks again and again while the run goes on, at most once in `intervalMs`; replaces the former interest in this kind
/// of probe. Without a request the interest ends.
struct SetInterestCommand {
    ProbeKind kind = ProbeKind::crops;
    std::optional<ProbeRequest> request;
    std::int64_t intervalMs = 500;
};
/// Asks for all points of the run from `from` on to be sent again through drain(): they come as points of the past.
struct RequestHistoryCommand {
    Step from{};
};
/// Queues longer work; its end comes as a JobResult through drain(). Jobs are done one after the other, before the next
/// step.
struct StartJobCommand {
    JobId id = 0;
    JobRequest request;
};
/// The job ends with ErrorCode::cancelled after the slice in work. An id that is not waiting is ignored.
struct CancelJobCommand {
    JobId id = 0;
};

using Command = std::variant<OpenCommand, RunCommand, PauseCommand, StepCommand, StopCommand, SetParamCommand,
                             SaveCommand, LoadCommand, RequestProbeCommand, SetInterestCommand, RequestHistoryCommand,
                             StartJobCommand, CancelJobCommand>;

inline CommandKind commandKind(const Command& command) { return static_cast<CommandKind>(command.index()); }

/// The one answer to each command.
struct Acknowledgement {
    CommandId id = 0;
    CommandKind kind = CommandKind::open;
    Step step{}; ///< applied from this step on: the state after `step` finished steps was the last without it
    std::optional<Error> refused; ///< empty: applied
    std::string detail;           ///< for set-param: "id: old -> new"
};

} // namespace dinoscope
