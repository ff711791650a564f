// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <filesystem>

namespace dinoscope::testing {

/// Reads an 8-bit, non-interlaced grey or RGB PNG file, enough for recorded pictures.
/// @throws std::runtime_error naming the file otherwise.
Image readPng(const std::filesystem::path& file);

/// The folder of recorded reference data. @throws std::runtime_error with the way out if it is missing.
std::filesystem::path referenceFolder();

} // namespace dinoscope::testing
