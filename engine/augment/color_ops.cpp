// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/color_ops.h"

#include "engine/augment/multiversion.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dinoscope {
namespace {

// 0.299, 0.587 and 0.114 in 16-bit fixed point.
std::uint8_t luma(const std::uint8_t* rgb) {
    return static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}

std::uint8_t blend(int from, int to, float factor) {
    const float value = static_cast<float>(from) + factor * static_cast<float>(to - from);
    return static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f));
}

/// Blends every value with the same one.
void blendWith(std::uint8_t* image, std::size_t bytes, int from, double factor) {
    std::array<std::uint8_t, 256> table;
    for (int v = 0; v < 256; ++v)
        table[static_cast<std::size_t>(v)] = blend(from, v, static_cast<float>(factor));
    for (std::size_t i = 0; i < bytes; ++i)
        image[i] = table[image[i]];
}

struct Hsv {
    std::uint8_t h, s, v;
};

Hsv toHsv(int r, int g, int b) {
    const int high = std::max({r, g, b});
    const int low = std::min({r, g, b});
    if (high == low)
        return {0, 0, static_cast<std::uint8_t>(high)};
    const auto spread = static_cast<float>(high - low);
    const float saturation = spread / static_cast<float>(high);
    const float fromRed = static_cast<float>(high - r) / spread;
    const float fromGreen = static_cast<float>(high - g) / spread;
    const float fromBlue = static_cast<float>(high - b) / spread;
    float sector = 0;
    if (r == high)
        sector = fromBlue - fromGreen;
    else if (g == high)
        sector = static_cast<float>(2.0 + fromRed - fromBlue);
    else
        sector = static_cast<float>(4.0 + fromGreen - fromRed);
    double turn = sector / 6.0 + 1.0;
    if (turn >= 1.0)
        turn -= 1.0;
    const auto hue = static_cast<float>(turn);
    return {static_cast<std::uint8_t>(hue * 255.0f), static_cast<std::uint8_t>(saturation * 255.0f),
            static_cast<std::uint8_t>(high)};
}

/// What the hue of a pixel decides, for each of its 256 values.
struct HueTable {
    std::array<std::uint8_t, 256> sector;
    std::array<float, 256> fraction;

    HueTable() {
        for (std::size_t h = 0; h < 256; ++h) {
            const double position = static_cast<double>(h) * 6.0 / 255.0;
            const double whole = std::floor(position);
            sector[h] = static_cast<std::uint8_t>(static_cast<int>(whole) % 6);
            fraction[h] = static_cast<float>(position - whole);
        }
    }
};

std::uint8_t roundUp(float value) { return static_cast<std::uint8_t>(value + 0.5f); } // value is never negative

void fromHsv(const HueTable& table, Hsv color, std::uint8_t* rgb) {
    const float fraction = table.fraction[color.h];
    const float saturation = static_cast<float>(color.s) / 255.0f;
    const auto value = static_cast<float>(color.v);
    const std::uint8_t v = color.v;
    const std::uint8_t p = roundUp(value * (1.0f - saturation));
    const std::uint8_t q = roundUp(value * (1.0f - saturation * fraction));
    const std::uint8_t t = roundUp(value * (1.0f - saturation * (1.0f - fraction)));
    switch (table.sector[color.h]) {
    case 0: rgb[0] = v, rgb[1] = t, rgb[2] = p; break;
    case 1: rgb[0] = q, rgb[1] = v, rgb[2] = p; break;
    case 2: rgb[0] = p, rgb[1] = v, rgb[2] = t; break;
    case 3: rgb[0] = p, rgb[1] = q, rgb[2] = v; break;
    case 4: rgb[0] = t, rgb[1] = p, rgb[2] = v; break;
    default: rgb[0] = v, rgb[1] = p, rgb[2] = q; break;
    }
}

} // namespace

void adjustBrightness(std::uint8_t* image, std::size_t pixels, int channels, double factor) {
    blendWith(image, pixels * static_cast<std::size_t>(channels), 0, factor);
}

void adjustContrast(std::uint8_t* image, std::size_t pixels, int channels, double factor) {
    std::uint64_t total = 0;
    if (channels == 1)
        for (std::size_t i = 0; i < pixels; ++i)
            total += image[i];
    else
        for (std::size_t i = 0; i < pixels; ++i)
            total += luma(image + 3 * i);
    const int mean = static_cast<int>(static_cast<double>(total) / static_cast<double>(pixels) + 0.5);
    blendWith(image, pixels * static_cast<std::size_t>(channels), mean, factor);
}

DINOSCOPE_MULTIVERSION
void adjustSaturation(std::uint8_t* rgb, std::size_t pixels, double factor) {
    const auto strength = static_cast<float>(factor);
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
        const int grey = luma(rgb);
        for (int c = 0; c < 3; ++c)
            rgb[c] = blend(grey, rgb[c], strength);
    }
}

void shiftHue(std::uint8_t* rgb, std::size_t pixels, double shift) {
    static const HueTable table;
    const auto added = static_cast<std::uint8_t>(static_cast<int>(shift * 255.0));
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3) {
        Hsv color = toHsv(rgb[0], rgb[1], rgb[2]);
        color.h = static_cast<std::uint8_t>(color.h + added);
        fromHsv(table, color, rgb);
    }
}

DINOSCOPE_MULTIVERSION
void toGrayscale(std::uint8_t* rgb, std::size_t pixels) {
    for (std::size_t i = 0; i < pixels; ++i, rgb += 3)
        rgb[0] = rgb[1] = rgb[2] = luma(rgb);
}

DINOSCOPE_MULTIVERSION
void solarize(std::uint8_t* image, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
        image[i] = static_cast<std::uint8_t>(image[i] ^ (image[i] & 0x80 ? 0xff : 0));
}

} // namespace dinoscope
