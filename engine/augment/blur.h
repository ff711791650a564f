// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/planes.h"

#include <cstdint>
#include <vector>

namespace dinoscope {

/// Blurs 8-bit pictures in place. Owns scratch memory that is reused; one object a thread.
class Blur {
public:
    /// Pillow's GaussianBlur: three extended box passes along rows, then three along columns, each rounded to 8 bits,
    /// the border repeated. `radius` is the standard deviation in pixels.
    void gaussian(const Planes& view, double radius);

    /// The 3x3 binomial filter (1 2 1) x (1 2 1) / 16, the border repeated, rounded once.
    void binomial(const Planes& view);

    /// Radius of the box whose three passes have the deviation `radius` (Pillow BoxBlur.c; Gwosdek et al.,
    /// "Theoretical foundations of Gaussian convolution by extended box filtering", 2011).
    static double boxRadius(double radius);

private:
    void gaussianPlane(std::uint8_t* plane, int width, int height, double radius);
    void binomialPlane(std::uint8_t* plane, int width, int height);

    std::vector<std::uint8_t> first_, second_;
    std::vector<std::uint16_t> sums_;
};

} // namespace dinoscope
