// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/support/slices.h"

namespace dinoscope {

/// Measures with the classes that training uses, some pictures a slice. The views are those of consecutive samples of
/// one file; the figures are medians over rounds.
/// @throws EngineError for a file that cannot be read, a folder that cannot be written, or samples that are not
/// installed.
Slices<JobAnswer> benchData(BenchDataRequest request);

} // namespace dinoscope
