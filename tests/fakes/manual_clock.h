// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/engine_clock.h"

#include <atomic>

namespace dinoscope {

/// Time that only moves when a test says so. Any thread.
class ManualClock : public EngineClock {
public:
    std::chrono::nanoseconds now() const override { return std::chrono::nanoseconds(now_.load()); }
    void advance(std::chrono::nanoseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_{std::chrono::nanoseconds(std::chrono::hours(1)).count()};
};

} // namespace dinoscope
