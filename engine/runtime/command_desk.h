// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/command_queue.h"
#include "engine/runtime/interest_table.h"
#include "engine/runtime/job_queue.h"
#include "engine/runtime/run_control.h"
#include "engine/runtime/step_runner.h"

#include <deque>
#include <functional>
#include <string>

namespace dinoscope {

class OutLanes;
class SnapshotPublisher;

/// Takes the posted commands in order, asks the permission table, carries them out and answers each exactly once.
/// Engine thread only.
class CommandDesk {
public:
    CommandDesk(CommandQueue& queue, StepRunner& runner, RunControl& control, InterestTable& interests, JobQueue& jobs,
                OutLanes& lanes, SnapshotPublisher& publisher);

    /// Everything that waits. While a run is being prepared inside, commands that need no runner are still handled; the
    /// others wait for the end of the preparation.
    void handleWaiting();

    /// Shuts the queue and refuses what is left.
    void refuseTheRest();

private:
    void handle(const PostedCommand& posted);
    void answer(Acknowledgement acknowledgement, RunState before);
    std::optional<Error> reasonAgainst(CommandKind kind) const;

    /// Called by the runner in the middle of open and load. @returns false when the person gave up.
    bool keepPreparing();
    void prepare(const std::function<void(const std::function<bool()>&)>& work);

    // Each carries one command out and returns the detail of its acknowledgement, or throws.
    std::string apply(const OpenCommand& command);
    std::string apply(const RunCommand& command);
    std::string apply(const PauseCommand& command);
    std::string apply(const StepCommand& command);
    std::string apply(const StopCommand& command);
    std::string apply(const SetParamCommand& command);
    std::string apply(const SaveCommand& command);
    std::string apply(const LoadCommand& command);
    std::string apply(const RequestProbeCommand& command);
    std::string apply(const SetInterestCommand& command);
    std::string apply(const RequestHistoryCommand& command);
    std::string apply(const StartJobCommand& command);
    std::string apply(const CancelJobCommand& command);

    CommandQueue& queue_;
    StepRunner& runner_;
    RunControl& control_;
    InterestTable& interests_;
    JobQueue& jobs_;
    OutLanes& lanes_;
    SnapshotPublisher& publisher_;
    std::deque<PostedCommand> waiting_; ///< taken from the queue, not handled yet
};

} // namespace dinoscope
