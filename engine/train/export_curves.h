// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"
#include "engine/checkpoint/exported_network.h"

#include <string>
#include <vector>

namespace dinoscope {

/// Lines "metric,step,value,seconds" behind a line with these words; values so that they read back to the bit. Blocks.
/// @throws EngineError(io)
ReadBack exportCurvesCsv(const std::vector<MetricPoint>& points, const std::string& path);

/// A folder with one event file for TensorBoard; tags are "GROUP/METRIC". `begun`: seconds since 1970 at step 0.
/// Blocks.
/// @throws EngineError(io)
ReadBack exportEvents(const std::vector<MetricPoint>& points, double begun, const std::string& folder);

} // namespace dinoscope
