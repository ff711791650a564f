// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace dinoscope {

/// Lays RGBA pixels over white. Colours of `premultiplied` pixels have been multiplied with their alpha already.
inline void overWhite(const std::uint8_t* rgba, std::size_t pixels, bool premultiplied, std::uint8_t* rgb) {
    for (const std::uint8_t* end = rgba + 4 * pixels; rgba != end; rgba += 4)
        for (int c = 0; c < 3; ++c) {
            const int color = rgba[c], alpha = rgba[3], white = 255 - alpha;
            const int value = premultiplied ? color + white : (color * alpha + 255 * white + 127) / 255;
            *rgb++ = static_cast<std::uint8_t>(value < 255 ? value : 255);
        }
}

/// The colours of RGBA pixels as they are stored.
inline void dropAlpha(const std::uint8_t* rgba, std::size_t pixels, std::uint8_t* rgb) {
    for (const std::uint8_t* end = rgba + 4 * pixels; rgba != end; rgba += 4)
        for (int c = 0; c < 3; ++c)
            *rgb++ = rgba[c];
}

/// The colours that were multiplied with their alpha, divided by it, as Pillow does (Unpack.c): rounded down, black
/// where nothing is left of them.
inline void divideAlpha(const std::uint8_t* rgba, std::size_t pixels, std::uint8_t* rgb) {
    for (const std::uint8_t* end = rgba + 4 * pixels; rgba != end; rgba += 4)
        for (int c = 0; c < 3; ++c) {
            const int value = rgba[3] > 0 ? 255 * rgba[c] / rgba[3] : 0;
            *rgb++ = static_cast<std::uint8_t>(value < 255 ? value : 255);
        }
}

} // namespace dinoscope
