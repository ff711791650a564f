// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/color_ops.h"
#include "engine/augment/multiversion.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::size_t kBlock = 256;

/// The 8-bit hue of a pixel by Pillow's own steps: differences, quotients and the result are floats, the rest is
/// double. What these roundings make of a hue that lies exactly on a level decides between two levels.
std::int32_t pillowHue(std::int32_t r, std::int32_t g, std::int32_t b) {
    const std::int32_t high = std::max({r, g, b});
    const auto range = static_cast<float>(high - std::min({r, g, b}));
    const float fromRed = static_cast<float>(high - r) / range;
    const float fromGreen = static_cast<float>(high - g) / range;
    const float fromBlue = static_cast<float>(high - b) / range;
    const float sector = r == high   ? fromBlue - fromGreen
                         : g == high ? static_cast<float>(2.0 + fromRed - fromBlue)
                                     : static_cast<float>(4.0 + fromGreen - fromRed);
    const auto hue = static_cast<float>(std::fmod(sector / 6.0 + 1.0, 1.0));
    return static_cast<std::int32_t>(hue * 255.0);
}

/// For each level, what Pillow makes of a hue that lies exactly on it: that level, or the one below. The same for all
/// colours of that hue, which a test tries.
std::array<std::int32_t, 256> levelsOfExactHues() {
    std::array<std::int32_t, 256> levels{};
    for (std::int32_t level = 1; level < 255; ++level) {
        // Hue = 42.5 (sector + n / 85) with the even sector that is nearest, for a pixel with the range 85.
        const std::int32_t sector = (2 * level + 85) / 170 * 2, n = 2 * level - 85 * sector;
        const std::int32_t low = 0, high = 85, middle = std::abs(n);
        const std::int32_t after = n >= 0 ? middle : low, before = n >= 0 ? low : middle;
        const std::int32_t rgb[3][3] = {{high, after, before}, {before, high, after}, {after, before, high}};
        const std::int32_t* pixel = rgb[sector / 2 % 3];
        levels[static_cast<std::size_t>(level)] = pillowHue(pixel[0], pixel[1], pixel[2]);
    }
    levels[255] = 255;
    return levels;
}

/// Pixels of one block, one array a value, so that whole vectors of them are converted at a time.
struct Block {
    std::int32_t hue[kBlock], saturation[kBlock], value[kBlock];
};

/// Pillow computes hue * 255 = 42.5 (sector + n / range) with doubles and floats, and cuts the fraction off. The
/// quotient of two whole numbers below 2^24 is the same unless it is whole itself, for otherwise it is at least 1 / 510
/// away from a whole number; `exact` says what to take then.
DINOSCOPE_MULTIVERSION
void toHsv(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue,
           const std::int32_t* __restrict exact, Block& __restrict block) {
    for (std::size_t i = 0; i < kBlock; ++i) {
        const std::int32_t r = red[i], g = green[i], b = blue[i];
        const std::int32_t high = std::max(r, std::max(g, b));
        const std::int32_t range = high - std::min(r, std::min(g, b));
        const std::int32_t nearRed = g - b, nearGreen = b - r + 2 * range, nearBlue = r - g + 4 * range;
        const std::int32_t turned = r == high ? nearRed : g == high ? nearGreen : nearBlue;
        const std::int32_t numerator = 85 * (turned < 0 ? turned + 6 * range : turned);
        const std::int32_t denominator = std::max(2 * range, 1);
        const float quotient = static_cast<float>(numerator) / static_cast<float>(denominator);
        const auto level = static_cast<std::int32_t>(quotient);
        const std::int32_t whole = exact[level];
        block.hue[i] = level * denominator == numerator ? whole : level;
        const float saturation = static_cast<float>(range) / static_cast<float>(std::max(high, 1));
        block.saturation[i] = static_cast<std::int32_t>(saturation * 255.0f);
        block.value[i] = high;
    }
}

/// What hue and saturation leave of the value in one channel, whose own hue lies at `peak` of 1530: all of it up to 255
/// to both sides, then linearly less, and from 510 on the least.
/// Pillow computes value * (65025 - saturation * distance) / 65025 with doubles and floats and rounds it. The fraction
/// is never half a level away from a level, so that floats alone do the same.
inline std::int32_t channelOf(std::int32_t hue, std::int32_t peak, std::int32_t saturation, std::int32_t value) {
    const std::int32_t turned = hue - peak + (hue < peak ? 1530 : 0);
    const std::int32_t distance = std::clamp(510 - std::abs(turned - 765), 0, 255);
    return static_cast<std::int32_t>(static_cast<float>(value * (65025 - saturation * distance)) * (1.0f / 65025.0f) +
                                     0.5f);
}

DINOSCOPE_MULTIVERSION
void fromHsv(const Block& __restrict block, std::int32_t added, std::uint8_t* __restrict red,
             std::uint8_t* __restrict green, std::uint8_t* __restrict blue) {
    for (std::size_t i = 0; i < kBlock; ++i) {
        const std::int32_t hue = ((block.hue[i] + added) & 255) * 6;
        red[i] = static_cast<std::uint8_t>(channelOf(hue, 0, block.saturation[i], block.value[i]));
        green[i] = static_cast<std::uint8_t>(channelOf(hue, 510, block.saturation[i], block.value[i]));
        blue[i] = static_cast<std::uint8_t>(channelOf(hue, 1020, block.saturation[i], block.value[i]));
    }
}

} // namespace

void shiftHue(const Planes& view, double shift) {
    static const std::array<std::int32_t, 256> exact = levelsOfExactHues();
    const auto added = static_cast<std::int32_t>(shift * 255.0);
    Block block;
    std::uint8_t rest[3][kBlock] = {};
    for (std::size_t done = 0; done < view.pixels(); done += kBlock) {
        const std::size_t count = std::min(kBlock, view.pixels() - done);
        std::uint8_t* place[3];
        for (int c = 0; c < 3; ++c) {
            place[c] = count == kBlock ? view.plane(c) + done : rest[c];
            if (count < kBlock)
                std::copy_n(view.plane(c) + done, count, rest[c]);
        }
        toHsv(place[0], place[1], place[2], exact.data(), block);
        fromHsv(block, added, place[0], place[1], place[2]);
        for (int c = 0; c < 3 && count < kBlock; ++c)
            std::copy_n(rest[c], count, view.plane(c) + done);
    }
}

} // namespace dinoscope
