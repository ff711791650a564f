// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/engine_clock.h"

#include <cstdint>
#include <optional>

namespace dinoscope {

/// Resident set of this process, from /proc/self/statm, read at most twice a second. One thread.
class MemoryMeter {
public:
    /// In bytes; 0 where the system does not tell.
    std::int64_t residentBytes(std::chrono::nanoseconds now);

private:
    std::optional<std::chrono::nanoseconds> readAt_;
    std::int64_t bytes_ = 0;
};

} // namespace dinoscope
