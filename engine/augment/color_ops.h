// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/planes.h"

namespace dinoscope {

// Colour operations on 8-bit pixels, in place. They give Pillow's values (ImageEnhance and its blending, truncating
// towards zero; rgb <-> hsv conversion in 8 bits). Pure; any thread.

/// Blends with black: v * factor, at most 255.
void adjustBrightness(const Planes& view, double factor);
/// Blends with the rounded mean of the luma.
void adjustContrast(const Planes& view, double factor);
/// Blends with the luma. RGB only.
void adjustSaturation(const Planes& view, double factor);
/// Adds trunc(255 shift) to the 8-bit hue, with wrap-around. RGB only; shift in [-0.5, 0.5].
void shiftHue(const Planes& view, double shift);
/// Luma on all three channels. RGB only.
void toGrayscale(const Planes& view);
/// Values from 128 on become 255 - v.
void solarize(const Planes& view);

} // namespace dinoscope
