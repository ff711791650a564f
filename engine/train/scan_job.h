// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/support/slices.h"

namespace dinoscope {

/// Looks at every picture of the training and the test set at a path; answers with a ScanReport. The work is done by
/// threads of its own, a slice waits for what they found.
/// @throws EngineError(notFound), (badInput), (io) as openSource() if there is no set to look at; (badParameter) for a
/// number of threads below 0.
Slices<JobAnswer> scanPictures(ScanRequest request);

} // namespace dinoscope
