// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/picture_header.h"

#include <cstdint>
#include <span>
#include <string>

namespace dinoscope {

// Why a picture could not be decoded, as far as the structure of its file tells. Nothing outside of `file` is read, no
// memory is taken.

/// Whether the file ends before the end that its structure announces: JPEG without the marker EOI (ITU-T T.81, B.2.1),
/// PNG without the chunk IEND (PNG 1.2, 4.1.4), WebP shorter than its RIFF header says, BMP or TIFF cut off inside
/// headers and directory. For PictureFormat::unknown: whether it is the mere beginning of a known magic number.
bool endsTooEarly(PictureFormat format, std::span<const std::uint8_t> file);

/// "it has 12 bits a sample" and the like for kinds of JPEG that the decoder does not take (T.81, table B.1); empty for
/// the others and for all other formats, whose decoders say it themselves.
std::string rareKind(PictureFormat format, std::span<const std::uint8_t> file);

/// What a file is that no decoder reads, by its first bytes: "a GIF", "a HEIF or AVIF"; empty if that is not known.
std::string foreignKind(std::span<const std::uint8_t> file);

} // namespace dinoscope
