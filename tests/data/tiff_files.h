// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/data/picture_files.h"

#include <cstdint>
#include <vector>

namespace dinoscope::testing {

/// How libtiff codes a colour picture of 8 bits.
enum class TiffCoding { plain, lzw, deflate, jpeg, tiles, planes };
inline constexpr TiffCoding kTiffCodings[] = {TiffCoding::plain, TiffCoding::lzw,   TiffCoding::deflate,
                                              TiffCoding::jpeg,  TiffCoding::tiles, TiffCoding::planes};

/// A file as libtiff writes it, with its directory behind the picture. `orientation` is the tag's value.
std::vector<std::uint8_t> tiffFile(const RawPicture& picture, TiffCoding coding, int orientation = 1);

/// The same picture in one strip behind the directory, so that the last bytes of the file are the picture's; for
/// codings in strips of one plane.
std::vector<std::uint8_t> tiffFileOfOneStrip(const RawPicture& picture, TiffCoding coding);

} // namespace dinoscope::testing
