// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <cstdint>
#include <span>
#include <string>

namespace dinoscope {

/// The largest picture that is decoded, and its longest side.
inline constexpr std::int64_t kLargestPicturePixels = 100'000'000;
inline constexpr std::int64_t kLongestPictureSide = 65'500;

/// Decodes a JPEG, PNG, BMP, WebP or TIFF file, which is told by its first bytes, to upright RGB. Grey becomes three
/// equal channels, of 16 bits the upper 8 are kept, transparent pixels are laid over white (the alpha of BMP, which
/// most programs leave at zero, is not looked at). The size is read from the header and checked before memory is taken.
/// `name` is what messages call the file. Any thread.
/// @throws EngineError(badInput) if the file is damaged, cut off, too large or of another kind; (outOfMemory).
void decodePicture(std::span<const std::uint8_t> file, const std::string& name, Image& out);

} // namespace dinoscope
