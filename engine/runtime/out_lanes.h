// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "engine/runtime/event_log.h"
#include "engine/runtime/mailbox.h"
#include "engine/runtime/result_box.h"
#include "engine/runtime/series_ring.h"
#include "engine/runtime/step_runner.h"
#include "engine/runtime/waker.h"

#include <string>

namespace dinoscope {

/// Everything that leaves the engine. The lanes themselves take any thread; RunnerOutput's members are for the engine
/// thread.
class OutLanes : public RunnerOutput {
public:
    explicit OutLanes(std::size_t ringCapacity) : ring(ringCapacity) {}

    void point(std::uint32_t metric, Step step, double value, double seconds) override {
        ring.append({metric, step, value, seconds});
    }
    /// The line carries the last step that stampStep() named.
    void log(LogLevel level, std::string text) override {
        events.append(LogLine{level, step_, std::move(text)});
        waker.signal();
    }
    void stampStep(Step step) { step_ = step; }

    SeriesRing ring;
    EventLog events;
    Mailbox<Snapshot> snapshots;
    ResultBox results;
    Waker waker;

private:
    Step step_{};
};

} // namespace dinoscope
