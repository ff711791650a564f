// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace dinoscope {

/// A picture in host memory: 8 bits a channel, row-major, channels interleaved, no padding.
struct Image {
    int width = 0;
    int height = 0;
    int channels = 0; ///< 1 (grey) or 3 (RGB)
    std::vector<std::uint8_t> pixels;

    bool empty() const { return pixels.empty(); }
};

} // namespace dinoscope
