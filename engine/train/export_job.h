// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/support/slices.h"

#include <memory>

namespace dinoscope {

class LiveRun;

/// Writes what is asked for beside its place, reads it again, compares, and gives it its name; answers with an
/// ExportReport. `run` null: none is open; the catalogue lives longer. On a failure nothing new is at the path.
/// @throws EngineError: badParameter for a format or network that there is not, badInput for a path that is taken,
/// notAllowed for what the format has no place for, io, and as openExportSource().
Slices<JobAnswer> exportFrom(ExportRequest request, std::shared_ptr<LiveRun> run, const EngineCatalog& catalog);

} // namespace dinoscope
