// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/planes.h"

namespace dinoscope {

void interleave(const Planes& planes, std::uint8_t* out) {
    const std::size_t pixels = planes.pixels(), channels = static_cast<std::size_t>(planes.channels);
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < pixels; ++i)
            out[i * channels + c] = planes.values[c * pixels + i];
}

void separate(const std::uint8_t* interleaved, const Planes& planes) {
    const std::size_t pixels = planes.pixels(), channels = static_cast<std::size_t>(planes.channels);
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < pixels; ++i)
            planes.values[c * pixels + i] = interleaved[i * channels + c];
}

} // namespace dinoscope
