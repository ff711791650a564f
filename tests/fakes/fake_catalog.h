// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <string_view>

namespace dinoscope {

/// A small catalogue with every type of parameter, both scales, all three moments of effect, and the metrics that a
/// window shows.
EngineCatalog fakeCatalog();

/// Index of a metric in fakeCatalog().metrics. @throws std::out_of_range for an unknown id.
std::uint32_t fakeMetric(std::string_view id);

} // namespace dinoscope
