// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <memory>

namespace dinoscope {

/// The training engine, in state empty, its thread started.
std::unique_ptr<Engine> makeEngine();

} // namespace dinoscope
