// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

namespace dinoscope {

/// Everything the training engine declares. @throws std::invalid_argument if declarations contradict each other.
EngineCatalog makeCatalog();

} // namespace dinoscope
