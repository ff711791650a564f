// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope::testing {

/// A picture as a file may hold it: grey, RGB, RGBA or, for JPEG, CMYK; row-major, channels interleaved.
struct RawPicture {
    int width = 0, height = 0, channels = 3;
    std::vector<std::uint16_t> values;
    int bits = 8; ///< or 16, for PNG and TIFF
};

/// A smooth colour picture; different for each `kind`.
RawPicture smoothPicture(int width, int height, int kind = 0);

/// The values of an 8-bit picture.
std::vector<std::uint8_t> bytesOf(const RawPicture& picture);

/// A picture file of the kind that `ending` names (".png", ".jpg", ".webp" without loss, ".tif" without compression,
/// ".bmp" of 24 bits, ...), in memory.
std::vector<std::uint8_t> encoded(const std::string& ending, const RawPicture& picture);
std::vector<std::uint8_t> encodedLossyWebp(const RawPicture& picture);
/// Colours in several scans.
std::vector<std::uint8_t> encodedProgressiveJpeg(const RawPicture& picture);

/// Makes the folders that are missing.
void writeBytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes);

/// Writes a smooth picture whose format its name says.
void writePicture(const std::filesystem::path& file, int width = 12, int height = 9, int kind = 0);

/// A JPEG file with an Exif segment that has the tag Orientation behind its first marker.
std::vector<std::uint8_t> withOrientation(const std::vector<std::uint8_t>& jpeg, int orientation,
                                          bool littleEndian = true);

} // namespace dinoscope::testing
