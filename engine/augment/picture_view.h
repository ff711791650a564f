// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <cstdint>

namespace dinoscope {

/// Width and height in pixels.
struct PictureSize {
    int width = 0, height = 0;
    bool operator==(const PictureSize&) const = default;
};

/// A picture that somebody else owns: 8 bits a channel, row-major, channels interleaved, no padding.
struct PictureView {
    const std::uint8_t* pixels = nullptr;
    int width = 0;
    int height = 0;
    int channels = 0; ///< 1 (grey) or 3 (RGB)
    int shrink = 1;   ///< read at 1/shrink of its size: a pixel stands for shrink x shrink of the whole picture's

    PictureView() = default;
    PictureView(const std::uint8_t* data, int w, int h, int c) : pixels(data), width(w), height(h), channels(c) {}
    explicit PictureView(const Image& image)
        : pixels(image.pixels.data()), width(image.width), height(image.height), channels(image.channels) {}
};

} // namespace dinoscope
