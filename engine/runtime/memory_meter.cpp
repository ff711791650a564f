// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/memory_meter.h"

#include <fstream>

#include <unistd.h>

namespace dinoscope {

std::int64_t MemoryMeter::residentBytes(std::chrono::nanoseconds now) {
    if (readAt_ && now - *readAt_ < std::chrono::milliseconds(500))
        return bytes_;
    readAt_ = now;
    std::ifstream file("/proc/self/statm");
    std::int64_t total = 0;
    std::int64_t resident = 0;
    if (file >> total >> resident)
        bytes_ = resident * sysconf(_SC_PAGESIZE);
    return bytes_;
}

} // namespace dinoscope
