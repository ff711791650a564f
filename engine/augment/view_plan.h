// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <array>
#include <cstdint>
#include <span>

namespace dinoscope {

struct AugmentOptions;

/// bilinear reads four neighbours; smoothBilinear averages over what a pixel covers.
enum class Resampling : std::uint8_t { bicubic, bilinear, smoothBilinear };
enum class BlurKind : std::uint8_t { pillow, binomial3x3 };
enum class JitterStep : std::uint8_t { brightness, contrast, saturation, hue };

/// What decides the random choices of a view besides its crop number.
struct ViewKey {
    std::uint64_t seed = 0;
    Epoch epoch{};
    SampleIndex sample{};
};

/// Everything that makes a view out of a picture. A plain value: the same plan and picture give the same bytes.
struct ViewPlan {
    int crop = 0; ///< 0 and 1 are the global crops or the pair, then the local ones
    bool isGlobal = false;
    int size = 0;                                    ///< side of the view in pixels
    double left = 0, top = 0, width = 0, height = 0; ///< box in pixels of the picture; whole numbers unless bilinear
    double areaShare = 1;                            ///< box area / picture area
    Resampling resampling = Resampling::bicubic;
    bool flipped = false;
    bool jittered = false;
    std::array<JitterStep, 4> jitterOrder{JitterStep::brightness, JitterStep::contrast, JitterStep::saturation,
                                          JitterStep::hue};
    double brightness = 1, contrast = 1, saturation = 1; ///< factors; 1 changes nothing
    double hue = 0;                                      ///< share of the colour circle; 0 leaves the step out
    bool grayscale = false;
    BlurKind blurKind = BlurKind::pillow;
    double blurRadius = 0; ///< standard deviation in pixels; 0: not blurred. 3x3: sqrt(1/2), that of the filter
    bool solarized = false;

    double aspect() const { return width / height; }
    bool operator==(const ViewPlan&) const = default;
};

/// Draws the choices for crop `crop` of a picture of the given size; pure, any thread.
/// Order and distributions follow main_dino.py and torchvision: RandomResizedCrop.get_params (ten tries, then the
/// largest centred box with an aspect between 3/4 and 4/3), ColorJitter.get_params, and one stream of random numbers a
/// purpose; what the recipe leaves out is not drawn. With bilinear resampling the box is continuous: each side is the
/// square root of area and aspect, cut at the picture's side, at a uniform place. Grey pictures have neither
/// saturation, hue nor greyscale.
ViewPlan planView(const AugmentOptions& options, const ViewKey& key, int crop, int pictureWidth, int pictureHeight,
                  int channels);

/// The largest of 1, 2, 4 and 8 by which both sides of a picture may be divided so that the box of every plan still has
/// at least as many pixels along each axis as its view.
int largestShrink(std::span<const ViewPlan> plans);

} // namespace dinoscope
