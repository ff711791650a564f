// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace dinoscope {

enum class PictureFormat { unknown, jpeg, png, bmp, webp, tiff };

/// "JPEG", "PNG", ...
const char* formatName(PictureFormat format);

/// What the first bytes of a picture file say.
struct PictureHeader {
    PictureFormat format = PictureFormat::unknown;
    std::int64_t width = 0, height = 0; ///< 0 if the header does not hold them; always 0 for JPEG
};

/// Looks at the magic bytes and, for all but JPEG, at the size. Reads nothing outside of `file`; takes no memory.
PictureHeader readPictureHeader(std::span<const std::uint8_t> file);

/// The first value of an entry of the first directory of TIFF data (types byte, short and long), either byte order.
std::optional<std::uint32_t> tiffValue(std::span<const std::uint8_t> tiff, std::uint16_t tag);

/// Where the tag Orientation of a JPEG file's Exif data says that the picture's top left corner lies, 1 to 8 as in the
/// Exif standard (2.3, 4.6.4 A); 1, upright, if it says nothing that makes sense.
int exifOrientation(std::span<const std::uint8_t> jpeg);

/// The same for any format: Exif data of JPEG, of PNG (chunk eXIf) and of WebP (chunk EXIF), the tag of TIFF; 1 for
/// BMP.
int storedOrientation(PictureFormat format, std::span<const std::uint8_t> file);

} // namespace dinoscope
