// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace dinoscope {

// What a crash report says of the run that is open; see engine/api/crash_report.h. Cheap; engine thread.

/// The folder of the run that is being written; empty: none.
void noteRunForCrashReport(const std::string& folder);
void noteStepForCrashReport(std::int64_t step);

} // namespace dinoscope
