// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"
#include "engine/api/scan.h"
#include "engine/data/picture_decoder.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

namespace dinoscope {

/// What keeps a file from being decoded: some words for the log, and of what sort it is.
struct Problem {
    Problem() = default; ///< none
    Problem(std::string text, PictureVerdict sort = PictureVerdict::unreadable)
        : what(std::move(text)), verdict(what.empty() ? PictureVerdict::ok : sort) {}
    Problem(const char* text) : Problem(std::string(text)) {}

    std::string what;
    PictureVerdict verdict = PictureVerdict::ok;
};

// One decoder a format, to RGB, for decodePicture(). Each returns what is wrong with the file. `out` arrives with the
// width and height of the header; but for JPEG its memory has been taken. Any thread; none writes to the standard
// streams, as the libraries would.

/// Grey, palette, 1 to 16 bits, interlaced or not; no gamma is applied.
Problem decodePng(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out);
/// Still pictures only.
Problem decodeWebp(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out);
/// The first picture, of 1 to 16 bits a sample.
Problem decodeTiff(std::span<const std::uint8_t> file, const PictureLoading& loading, Image& out);
/// Without run-length compression. The alpha of 32 bits is not looked at.
Problem decodeBmp(std::span<const std::uint8_t> file, Image& out);

/// Asked for the size before memory is taken; throws to refuse it.
using SizeCheck = std::function<void(std::int64_t width, std::int64_t height)>;

/// Asked for the part of the size to decode, 1, 2, 4 or 8, before memory is taken.
using StoredShrink = std::function<int(int width, int height)>;

/// With the accurate transform and smooth upsampling that Pillow uses too. Any warning of the decoder (a file that is
/// cut off, damaged data) is a failure. CMYK and YCCK are taken as Adobe writes them, inverted. The picture is as it is
/// stored, each side the whole one / `shrink`, rounded up. @throws what `check` throws.
Problem decodeJpeg(std::span<const std::uint8_t> file, const SizeCheck& check, const StoredShrink& shrink, Image& out);

/// Turns and mirrors a picture so that it stands upright; `orientation` is the Exif number, 1 to 8.
void standUpright(Image& picture, int orientation);

} // namespace dinoscope
