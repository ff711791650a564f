// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

namespace dinoscope {

class LiveRun;

/// Answers one question about the live networks of a run. Changes nothing of it. Before the first step the last batch
/// stands for the one that comes: the same pictures and the same views. Engine thread; blocks for a few small forward
/// passes.
/// @throws EngineError: badInput for a picture, row, block or patch that there is not, notFound for another moment than
/// the present, notAllowed where the backbone has not what is asked for.
ProbeResult answerProbe(LiveRun& run, const ProbeRequest& request);

} // namespace dinoscope
