// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/param.h"

#include <optional>
#include <string>
#include <string_view>

namespace dinoscope {

// Implemented in the checkpoint room. Any thread; both block for a small file.

/// All values of `params` as TOML, a table a group, in the order of the declarations; each value is preceded by a
/// comment with its label, unit and help.
std::string configText(const ParamTable& table, const ParamSet& params, std::string_view title);

/// Lays the values of the TOML file `path` over `params`. Tables are groups: `[optim] lr = 0.001`.
/// @returns an error: the file cannot be read or is no TOML (with the line), an id is unknown (the nearest one is
/// suggested), a value has the wrong type or is out of range. `params` may then hold some of the values.
std::optional<Error> readConfigFile(const std::string& path, const ParamTable& table, ParamSet& params);

} // namespace dinoscope
