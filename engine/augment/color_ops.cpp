// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/color_ops.h"

#include "engine/augment/multiversion.h"

#include <algorithm>

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
DINOSCOPE_MULTIVERSION
void blendWith(std::uint8_t* image, std::size_t bytes, int from, float factor) {
    for (std::size_t i = 0; i < bytes; ++i)
        image[i] = blend(from, image[i], factor);
}

constexpr std::size_t kBlock = 256;

/// A run of pixels, one array a channel, so that whole vectors of them are converted at a time. Widths of the
/// intermediate results are Pillow's, because its truncations make them visible.
struct Block {
    std::int32_t red[kBlock], green[kBlock], blue[kBlock];
    std::int32_t hue[kBlock], saturation[kBlock], value[kBlock];
};

DINOSCOPE_MULTIVERSION
void toHsv(Block& block) {
    for (std::size_t i = 0; i < kBlock; ++i) {
        const std::int32_t r = block.red[i], g = block.green[i], b = block.blue[i];
        const std::int32_t high = std::max(r, std::max(g, b));
        const std::int32_t range = high - std::min(r, std::min(g, b));
        const auto spread = static_cast<float>(std::max(range, 1));
        const float fromRed = static_cast<float>(high - r) / spread;
        const float fromGreen = static_cast<float>(high - g) / spread;
        const float fromBlue = static_cast<float>(high - b) / spread;
        const float nearRed = fromBlue - fromGreen;
        const auto nearGreen = static_cast<float>(2.0 + fromRed - fromBlue);
        const auto nearBlue = static_cast<float>(4.0 + fromGreen - fromRed);
        const float sector = r == high ? nearRed : g == high ? nearGreen : nearBlue;
        const double turn = sector / 6.0 + 1.0;
        const auto hue = static_cast<float>(turn >= 1.0 ? turn - 1.0 : turn);
        const float saturation = static_cast<float>(range) / static_cast<float>(std::max(high, 1));
        block.hue[i] = static_cast<std::int32_t>(hue * 255.0);
        block.saturation[i] = static_cast<std::int32_t>(saturation * 255.0);
        block.value[i] = high;
    }
}

DINOSCOPE_MULTIVERSION
void fromHsv(Block& block) {
    for (std::size_t i = 0; i < kBlock; ++i) {
        const std::int32_t v = block.value[i];
        const std::int32_t whole = block.hue[i] * 6 / 255;
        const auto fraction = static_cast<float>(block.hue[i] * 6.0 / 255.0 - whole);
        const auto saturation = static_cast<float>(block.saturation[i] / 255.0);
        const auto p = static_cast<std::int32_t>(v * (1.0 - saturation) + 0.5);
        const auto q = static_cast<std::int32_t>(v * (1.0 - static_cast<double>(saturation) * fraction) + 0.5);
        const auto t = static_cast<std::int32_t>(v * (1.0 - saturation * (1.0 - fraction)) + 0.5);
        const std::int32_t sector = whole == 6 ? 0 : whole;
        block.red[i] = sector == 0 || sector == 5 ? v : sector == 1 ? q : sector == 4 ? t : p;
        block.green[i] = sector == 1 || sector == 2 ? v : sector == 0 ? t : sector == 3 ? q : p;
        block.blue[i] = sector == 3 || sector == 4 ? v : sector == 2 ? t : sector == 5 ? q : p;
    }
}

} // namespace

void adjustBrightness(std::uint8_t* image, std::size_t pixels, int channels, double factor) {
    blendWith(image, pixels * static_cast<std::size_t>(channels), 0, static_cast<float>(factor));
}

DINOSCOPE_MULTIVERSION
void adjustContrast(std::uint8_t* image, std::size_t pixels, int channels, double factor) {
    std::uint64_t total = 0;
    if (channels == 1)
        for (std::size_t i = 0; i < pixels; ++i)
            total += image[i];
    else
        for (std::size_t i = 0; i < pixels; ++i)
            total += luma(image + 3 * i);
    const int mean = static_cast<int>(static_cast<double>(total) / static_cast<double>(pixels) + 0.5);
    blendWith(image, pixels * static_cast<std::size_t>(channels), mean, static_cast<float>(factor));
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
    const auto added = static_cast<std::int32_t>(shift * 255.0);
    Block block{};
    for (std::size_t done = 0; done < pixels; done += kBlock, rgb += 3 * kBlock) {
        const std::size_t count = std::min(kBlock, pixels - done);
        for (std::size_t i = 0; i < count; ++i) {
            block.red[i] = rgb[3 * i];
            block.green[i] = rgb[3 * i + 1];
            block.blue[i] = rgb[3 * i + 2];
        }
        toHsv(block);
        for (std::int32_t& hue : block.hue)
            hue = (hue + added) & 255;
        fromHsv(block);
        for (std::size_t i = 0; i < count; ++i) {
            rgb[3 * i] = static_cast<std::uint8_t>(block.red[i]);
            rgb[3 * i + 1] = static_cast<std::uint8_t>(block.green[i]);
            rgb[3 * i + 2] = static_cast<std::uint8_t>(block.blue[i]);
        }
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
