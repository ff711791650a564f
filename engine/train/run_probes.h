// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

namespace dinoscope {

class KeptMoment;
class LiveRun;

/// Answers one question about the networks of a run as they are, or at one of its kept moments. Changes nothing of the
/// run. Before the first step the last batch stands for the one that comes: the same pictures and the same views; at a
/// moment it is that of the step before, cut anew. Neighbours at a moment have no references until the moment has
/// computed their features. Engine thread; blocks for a few small forward passes.
/// @throws EngineError: badInput for a picture, row, block or patch that there is not, notAllowed where the backbone or
/// the moment has not what is asked for.
ProbeResult answerProbe(LiveRun& run, KeptMoment* moment, const ProbeRequest& request);

} // namespace dinoscope
