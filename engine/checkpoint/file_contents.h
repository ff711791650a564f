// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <string>

namespace dinoscope {

/// Everything a .pth or safetensors file holds, under the file's own names, and what a run that goes on from it would
/// need. For a file without a network `params` is empty and a note says why. Nothing in the file is executed. Blocks;
/// any thread. @throws EngineError as PthFile and SafetensorsFile do.
FileReport inspectFile(const std::string& path);

} // namespace dinoscope
