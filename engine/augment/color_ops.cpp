// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/color_ops.h"

#include "engine/augment/multiversion.h"

#include <algorithm>
#include <cstring>

namespace dinoscope {
namespace {

// 0.299, 0.587 and 0.114 in 16-bit fixed point.
std::int32_t luma(std::int32_t r, std::int32_t g, std::int32_t b) {
    return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

std::uint8_t blend(std::int32_t from, std::int32_t to, float factor) {
    const float value = static_cast<float>(from) + factor * static_cast<float>(to - from);
    return static_cast<std::uint8_t>(static_cast<std::int32_t>(std::clamp(value, 0.0f, 255.0f)));
}

/// Blends every value with the same one.
DINOSCOPE_MULTIVERSION
void blendWith(std::uint8_t* values, std::size_t count, std::int32_t from, float factor) {
    for (std::size_t i = 0; i < count; ++i)
        values[i] = blend(from, values[i], factor);
}

DINOSCOPE_MULTIVERSION
void blendWithLuma(std::uint8_t* red, std::uint8_t* green, std::uint8_t* blue, std::size_t count, float factor) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::int32_t grey = luma(red[i], green[i], blue[i]);
        red[i] = blend(grey, red[i], factor);
        green[i] = blend(grey, green[i], factor);
        blue[i] = blend(grey, blue[i], factor);
    }
}

DINOSCOPE_MULTIVERSION
void lumaOf(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue, std::size_t count,
            std::uint8_t* out) {
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<std::uint8_t>(luma(red[i], green[i], blue[i]));
}

/// Of no more values than 32 bits hold the sum of.
DINOSCOPE_MULTIVERSION
std::uint32_t sumOf(const std::uint8_t* values, std::size_t count) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < count; ++i)
        sum += values[i];
    return sum;
}

DINOSCOPE_MULTIVERSION
void solarizeValues(std::uint8_t* values, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<std::uint8_t>(values[i] ^ (values[i] & 0x80 ? 0xff : 0));
}

double meanLuma(const Planes& view) {
    constexpr std::size_t kBlock = 4096;
    std::uint8_t grey[kBlock];
    std::uint64_t total = 0;
    const std::uint8_t* first = view.plane(0);
    for (std::size_t done = 0; done < view.pixels(); done += kBlock) {
        const std::size_t count = std::min(kBlock, view.pixels() - done);
        if (view.channels == 3)
            lumaOf(first + done, view.plane(1) + done, view.plane(2) + done, count, grey);
        total += sumOf(view.channels == 3 ? grey : first + done, count);
    }
    return static_cast<double>(total) / static_cast<double>(view.pixels());
}

} // namespace

void adjustBrightness(const Planes& view, double factor) {
    blendWith(view.values, view.bytes(), 0, static_cast<float>(factor));
}

void adjustContrast(const Planes& view, double factor) {
    const int mean = static_cast<int>(meanLuma(view) + 0.5);
    blendWith(view.values, view.bytes(), mean, static_cast<float>(factor));
}

void adjustSaturation(const Planes& view, double factor) {
    blendWithLuma(view.plane(0), view.plane(1), view.plane(2), view.pixels(), static_cast<float>(factor));
}

void toGrayscale(const Planes& view) {
    lumaOf(view.plane(0), view.plane(1), view.plane(2), view.pixels(), view.plane(0));
    std::memcpy(view.plane(1), view.plane(0), view.pixels());
    std::memcpy(view.plane(2), view.plane(0), view.pixels());
}

void solarize(const Planes& view) { solarizeValues(view.values, view.bytes()); }

} // namespace dinoscope
