// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/runtime/command_queue.h"
#include "engine/runtime/engine_clock.h"
#include "engine/runtime/out_lanes.h"
#include "engine/runtime/step_runner.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>

namespace dinoscope {

struct EngineSettings {
    std::shared_ptr<const EngineClock> clock = machineClock();
    /// Metric points that are kept for readers: 32 bytes each, taken as they come.
    std::size_t ringCapacity = std::size_t{1} << 20;
    /// Niceness of the engine thread and the threads it starts, so that a window stays quick; never below that of the
    /// program.
    int niceness = 5;
};

/// An engine with one thread that alone calls the runner, from catalog() in the constructor on to its destruction.
///
/// Commands take effect between steps and between slices of longer work. What a command may do is decided by the tables
/// of run_state.h, when it is taken, not when it is posted. Besides:
/// - Open and Load are acknowledged when the run is ready. When they fail the state is failed; when Stop or close()
/// broke
///   them off it is empty.
/// - Stop lets the closing evaluation run, in slices, then closes the run's files; state finished. In state stopping it
///   skips the closing evaluation, also that of a run that came to its planned end.
/// - A step that throws makes the state failed, except for ErrorCode::nonFinite and noPictures, which pause the
///   run.
/// - close() ends an open run like Stop. Meanwhile Stop skips the closing evaluation; all else is refused.
class ThreadedEngine : public Engine {
public:
    /// Starts the thread.
    explicit ThreadedEngine(std::unique_ptr<StepRunner> runner, EngineSettings settings = {});
    /// Closes.
    ~ThreadedEngine() override;

    const EngineCatalog& catalog() const override { return catalog_; }
    CommandId post(Command command) override;
    std::shared_ptr<const Snapshot> snapshot() const override { return lanes_.snapshots.newest(); }
    Drained drain(const DrainCursor& cursor) override;
    std::vector<ProbeResult> takeResults() override { return lanes_.results.takeAll(); }
    void setWake(std::function<void()> wake) override { lanes_.waker.set(std::move(wake)); }
    /// Not from the wake callback.
    void close() override;

private:
    void live();

    EngineSettings settings_;
    std::unique_ptr<StepRunner> runner_;
    const EngineCatalog catalog_;
    OutLanes lanes_;
    CommandQueue queue_;
    std::mutex closing_;
    std::thread thread_;
};

} // namespace dinoscope
