// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace dinoscope {

// Colour operations on interleaved 8-bit pixels, in place. `pixels` counts pixels, not bytes; channels is 1 or 3.
// They give Pillow's values (ImageEnhance and its blending, truncating towards zero; rgb <-> hsv conversion in 8 bits).
// Pure; any thread.

/// Blends with black: v * factor, at most 255.
void adjustBrightness(std::uint8_t* image, std::size_t pixels, int channels, double factor);
/// Blends with the rounded mean of the luma.
void adjustContrast(std::uint8_t* image, std::size_t pixels, int channels, double factor);
/// Blends with the luma. RGB only.
void adjustSaturation(std::uint8_t* rgb, std::size_t pixels, double factor);
/// Adds trunc(255 shift) to the 8-bit hue, with wrap-around. RGB only; shift in [-0.5, 0.5].
void shiftHue(std::uint8_t* rgb, std::size_t pixels, double shift);
/// Luma on all three channels. RGB only.
void toGrayscale(std::uint8_t* rgb, std::size_t pixels);
/// Values from 128 on become 255 - v. `bytes` counts bytes.
void solarize(std::uint8_t* image, std::size_t bytes);

} // namespace dinoscope
