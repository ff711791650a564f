// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace dinoscope {

/// A sentence if Qt would find no display here and abort; empty if there is one, or a platform that needs none is
/// chosen.
std::string missingDisplay(const std::vector<std::string>& qtArguments);

} // namespace dinoscope
