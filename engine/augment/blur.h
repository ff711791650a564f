// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace dinoscope {

/// Blurs interleaved 8-bit pictures in place. Owns scratch memory that is reused; one object a thread.
class Blur {
public:
    /// Pillow's GaussianBlur: three extended box passes along rows, then three along columns, each rounded to 8 bits,
    /// the border repeated. `radius` is the standard deviation in pixels.
    void gaussian(std::uint8_t* image, int width, int height, int channels, double radius);

    /// The 3x3 binomial filter (1 2 1) x (1 2 1) / 16, the border repeated, rounded once.
    void binomial(std::uint8_t* image, int width, int height, int channels);

    /// Radius of the box whose three passes have the deviation `radius` (Pillow BoxBlur.c; Gwosdek et al.,
    /// "Theoretical foundations of Gaussian convolution by extended box filtering", 2011).
    static double boxRadius(double radius);

private:
    std::vector<std::uint8_t> first_, second_;
    std::vector<std::uint16_t> sums_;
};

} // namespace dinoscope
