// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <string>

namespace dinoscope {

/// Writes a grey or colour picture as PNG and reads it again. Blocks.
/// @throws EngineError(io) if it cannot be written or what is there differs.
void writePng(const std::string& path, const Image& image);

} // namespace dinoscope
