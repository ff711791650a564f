// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <time.h>

namespace dinoscope {

/// Processor time that the calling thread has used, in seconds: other programs on the machine do not count.
inline double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

} // namespace dinoscope
