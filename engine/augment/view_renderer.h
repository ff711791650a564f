// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/augment_options.h"
#include "engine/augment/blur.h"
#include "engine/augment/picture_view.h"
#include "engine/augment/resample.h"
#include "engine/augment/view_plan.h"

#include <array>
#include <cstdint>
#include <vector>

namespace dinoscope {

/// Carries out view plans: crop, flip, jitter, greyscale, blur, solarize, normalise, in this order (main_dino.py). Owns
/// scratch memory, so that a thread that keeps its renderer allocates nothing per picture; one object a thread.
class ViewRenderer {
public:
    explicit ViewRenderer(const Normalization& normalization);

    /// Writes (channels, size, size) floats, row-major planes, normalised. The plan is one for the whole picture,
    /// whatever size `picture` was read at.
    void render(const PictureView& picture, const ViewPlan& plan, float* out);

    /// The same view before normalisation, for display.
    Image renderPixels(const PictureView& picture, const ViewPlan& plan);

    /// The evaluation view: the shorter side resized to `shorterSide`, the middle size x size square of it, normalised;
    /// (channels, size, size) floats. With shorterSide = size a square picture of that size passes as it is.
    void renderCenter(const PictureView& picture, int shorterSide, int size, float* out);

private:
    /// A square in the scratch memory, which the next one takes too.
    Planes room(int size, int channels);
    Planes renderPlanes(const PictureView& picture, const ViewPlan& plan);
    static void jitter(const ViewPlan& plan, const Planes& view);

    std::array<std::array<float, 256>, 3> levels_; ///< normalised value of each 8-bit level, per channel
    Resampler resampler_;
    Blur blur_;
    std::vector<std::uint8_t> values_;
};

} // namespace dinoscope
