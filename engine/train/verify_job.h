// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/support/slices.h"

namespace dinoscope {

/// Replays every recording at the request's path, a training step or a network a slice. A recording that cannot be
/// replayed to its end is reported with its error. The number of compute threads is the request's during a slice only.
/// @throws EngineError(notFound, badInput, badParameter) for a request that cannot be met at all.
Slices<JobAnswer> verifyRecordings(VerifyRequest request);

} // namespace dinoscope
