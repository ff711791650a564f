// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/param.h"

#include <vector>

namespace dinoscope {

/// Every preset, the demo first; values that are not named are the defaults, which are those of the official code. The
/// one place where they are listed.
const std::vector<Preset>& presetList();

} // namespace dinoscope
