// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace dinoscope {

/// A view in the making, which somebody else owns: 8 bits a channel, one plane (height, width) a channel, one plane
/// behind the other, no padding. Loops over one channel are loops over neighbours, which vectors are made for.
struct Planes {
    std::uint8_t* values = nullptr;
    int width = 0;
    int height = 0;
    int channels = 0; ///< 1 (grey) or 3 (RGB)

    std::size_t pixels() const { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }
    std::size_t bytes() const { return pixels() * static_cast<std::size_t>(channels); }
    std::uint8_t* plane(int channel) const { return values + pixels() * static_cast<std::size_t>(channel); }
};

/// From planes to neighbouring channels: (height, width, channels).
void interleave(const Planes& planes, std::uint8_t* out);
/// And back.
void separate(const std::uint8_t* interleaved, const Planes& planes);

} // namespace dinoscope
