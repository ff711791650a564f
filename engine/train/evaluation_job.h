// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/support/slices.h"

namespace dinoscope {

// Evaluations of a network in a file, a batch a slice. Nothing of an open run is touched; the number of compute threads
// is the request's during a slice only.
// @throws EngineError for a file, a set or a setting that cannot be; the sentence names it.

Slices<JobAnswer> evaluateNeighbours(KnnRequest request);
Slices<JobAnswer> evaluateLinear(LinearRequest request);

} // namespace dinoscope
