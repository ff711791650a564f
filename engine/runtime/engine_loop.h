// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/command_desk.h"
#include "engine/runtime/command_queue.h"
#include "engine/runtime/engine_clock.h"
#include "engine/runtime/interest_table.h"
#include "engine/runtime/job_queue.h"
#include "engine/runtime/out_lanes.h"
#include "engine/runtime/run_control.h"
#include "engine/runtime/snapshot_publisher.h"
#include "engine/runtime/step_runner.h"

namespace dinoscope {

/// The life of the engine thread: commands, then at most one probe, then one slice of longer work (the run's own, then
/// that of jobs) or one step, and again. Sleeps when nothing of that waits.
class EngineLoop {
public:
    EngineLoop(StepRunner& runner, const EngineClock& clock, CommandQueue& queue, OutLanes& lanes);

    /// Returns when the queue was asked to close and the run has ended. Every command is answered by then. Does not
    /// throw.
    void run();

private:
    void turn();
    void tendRunner();
    void startClosing();
    void settlePause();
    bool answerOneProbe();
    void publishAnswer(ProbeResult result);
    void advanceEnd();
    void doWork();
    void doJob();
    void makeStep();
    void rest();
    void fail(Error error);
    void finishRun();

    StepRunner& runner_;
    const EngineClock& clock_;
    CommandQueue& queue_;
    OutLanes& lanes_;
    RunControl control_;
    InterestTable interests_;
    JobQueue jobs_;
    SnapshotPublisher publisher_;
    CommandDesk desk_;
};

} // namespace dinoscope
