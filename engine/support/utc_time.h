// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope {

/// Now, as "2026-01-31T12:00:00Z". Any thread.
std::string utcNow();

} // namespace dinoscope
