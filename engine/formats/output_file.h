// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/support/durable_file.h"

#include <functional>
#include <string>

namespace dinoscope {

/// Writes a file beside its place and gives it its name when it is complete and on the disk; what was at `path` is
/// replaced. Nothing is left behind when `write` throws. Blocks. @returns the SHA-256 of what was written.
/// @throws EngineError(io), and what `write` throws.
std::string writeWholeFile(const std::string& path, const std::function<void(DurableFile& file)>& write);

} // namespace dinoscope
