// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <vector>

namespace dinoscope {

/// Every objective, with its help. The one place where they are listed. Any thread.
const std::vector<NamedEntry>& objectiveList();

} // namespace dinoscope
