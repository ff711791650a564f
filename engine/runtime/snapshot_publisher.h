// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "engine/runtime/engine_clock.h"
#include "engine/runtime/job_queue.h"
#include "engine/runtime/memory_meter.h"
#include "engine/runtime/out_lanes.h"
#include "engine/runtime/run_control.h"
#include "engine/runtime/step_runner.h"

namespace dinoscope {

/// Makes snapshots of the runner and the run control and lays them into the mailbox. Engine thread only.
class SnapshotPublisher {
public:
    SnapshotPublisher(const StepRunner& runner, const JobQueue& jobs, const EngineClock& clock, OutLanes& lanes);

    /// Publishes, then wakes the reader.
    void publish(const RunControl& control);
    /// The same, but at most about 30 times a second; what is held back is published by the next publish() or flush().
    void publishSometimes(const RunControl& control);
    /// Publishes if something was held back.
    void flush(const RunControl& control);

private:
    void readRunner(bool hasRun);

    const StepRunner& runner_;
    const JobQueue& jobs_;
    const EngineClock& clock_;
    OutLanes& lanes_;
    MemoryMeter memory_;
    Snapshot last_;
    std::chrono::nanoseconds publishedAt_{};
    bool heldBack_ = false;
};

} // namespace dinoscope
