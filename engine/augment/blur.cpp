// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/blur.h"

#include "engine/augment/multiversion.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace dinoscope {
namespace {

constexpr int kPasses = 3;

/// A box of whole reach `reach` to both sides, plus a part of one more pixel at each end; weights of 2^24.
struct Box {
    int reach;
    std::uint32_t inner, outer;

    explicit Box(double radius) : reach(static_cast<int>(radius)) {
        inner = static_cast<std::uint32_t>((1 << 24) / (static_cast<float>(radius) * 2 + 1));
        outer = ((1u << 24) - static_cast<std::uint32_t>(reach * 2 + 1) * inner) / 2;
    }
};

/// out[i] from in[i + k * step], k from -reach - 1 to reach + 1.
DINOSCOPE_MULTIVERSION
void boxPass(const std::uint8_t* in, std::ptrdiff_t step, int count, Box box, std::uint8_t* out) {
    const std::ptrdiff_t end = (box.reach + 1) * step;
    for (int i = 0; i < count; ++i) {
        std::uint32_t sum = 0;
        for (std::ptrdiff_t k = -box.reach * step; k <= box.reach * step; k += step)
            sum += in[i + k];
        const std::uint32_t ends = static_cast<std::uint32_t>(in[i - end]) + in[i + end];
        out[i] = static_cast<std::uint8_t>((sum * box.inner + ends * box.outer + (1u << 23)) >> 24);
    }
}

/// The same with the number of summed values known to the compiler.
template <int Reach>
inline void boxPassOf(const std::uint8_t* in, std::ptrdiff_t step, int count, Box box, std::uint8_t* out) {
    for (int i = 0; i < count; ++i) {
        std::uint32_t sum = 0;
        for (int k = -Reach; k <= Reach; ++k)
            sum += in[i + k * step];
        const std::uint32_t ends = static_cast<std::uint32_t>(in[i - (Reach + 1) * step]) + in[i + (Reach + 1) * step];
        out[i] = static_cast<std::uint8_t>((sum * box.inner + ends * box.outer + (1u << 23)) >> 24);
    }
}

DINOSCOPE_MULTIVERSION
void boxPass0(const std::uint8_t* in, std::ptrdiff_t step, int count, Box box, std::uint8_t* out) {
    boxPassOf<0>(in, step, count, box, out);
}

DINOSCOPE_MULTIVERSION
void boxPass1(const std::uint8_t* in, std::ptrdiff_t step, int count, Box box, std::uint8_t* out) {
    boxPassOf<1>(in, step, count, box, out);
}

void runBox(const std::uint8_t* in, std::ptrdiff_t step, int count, const Box& box, std::uint8_t* out) {
    if (box.reach == 0)
        boxPass0(in, step, count, box, out);
    else if (box.reach == 1)
        boxPass1(in, step, count, box, out);
    else
        boxPass(in, step, count, box, out);
}

/// Repeats the first and the last pixel of a line of `length` bytes, `pixels` times on each side.
void extendLine(std::uint8_t* line, int length, int channels, int pixels) {
    for (int i = 1; i <= pixels; ++i) {
        std::memcpy(line - static_cast<std::ptrdiff_t>(i) * channels, line, static_cast<std::size_t>(channels));
        std::memcpy(line + length + static_cast<std::ptrdiff_t>(i - 1) * channels, line + length - channels,
                    static_cast<std::size_t>(channels));
    }
}

/// Repeats the first and the last row of a block, `rows` times above and below.
void extendBlock(std::uint8_t* block, int rowBytes, int height, int rows) {
    const std::uint8_t* last = block + static_cast<std::ptrdiff_t>(height - 1) * rowBytes;
    for (int i = 1; i <= rows; ++i) {
        std::memcpy(block - static_cast<std::ptrdiff_t>(i) * rowBytes, block, static_cast<std::size_t>(rowBytes));
        std::memcpy(block + static_cast<std::ptrdiff_t>(height + i - 1) * rowBytes, last,
                    static_cast<std::size_t>(rowBytes));
    }
}

DINOSCOPE_MULTIVERSION
void binomialDown(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below, int count,
                  std::uint16_t* out) {
    for (int i = 0; i < count; ++i)
        out[i] = static_cast<std::uint16_t>(above[i] + 2 * row[i] + below[i]);
}

DINOSCOPE_MULTIVERSION
void binomialAcross(const std::uint16_t* sums, int channels, int count, std::uint8_t* out) {
    for (int i = 0; i < count; ++i)
        out[i] = static_cast<std::uint8_t>((sums[i - channels] + 2 * sums[i] + sums[i + channels] + 8) >> 4);
}

} // namespace

double Blur::boxRadius(double radius) {
    const double variance = radius * radius / kPasses;
    const double length = std::sqrt(12.0 * variance + 1.0);
    const double whole = std::floor((length - 1.0) / 2.0);
    const double part =
        (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) * (whole + 1)));
    return whole + part;
}

void Blur::gaussian(std::uint8_t* image, int width, int height, int channels, double radius) {
    const Box box(boxRadius(radius));
    const int border = box.reach + 1;
    const int rowBytes = width * channels;
    // Rows: two padded lines take turns, so that a row never leaves the first-level cache.
    const std::size_t lineRoom = static_cast<std::size_t>(rowBytes) + static_cast<std::size_t>(2 * border * channels);
    const std::size_t blockRoom = static_cast<std::size_t>(height + 2 * border) * static_cast<std::size_t>(rowBytes);
    first_.resize(std::max(2 * lineRoom, blockRoom));
    second_.resize(blockRoom);
    std::uint8_t* a = first_.data() + static_cast<std::ptrdiff_t>(border) * channels;
    std::uint8_t* b = a + lineRoom;
    for (int y = 0; y < height; ++y) {
        std::uint8_t* row = image + static_cast<std::ptrdiff_t>(y) * rowBytes;
        std::memcpy(a, row, static_cast<std::size_t>(rowBytes));
        extendLine(a, rowBytes, channels, border);
        runBox(a, channels, rowBytes, box, b);
        extendLine(b, rowBytes, channels, border);
        runBox(b, channels, rowBytes, box, a);
        extendLine(a, rowBytes, channels, border);
        runBox(a, channels, rowBytes, box, row);
    }
    std::uint8_t* top = first_.data() + static_cast<std::ptrdiff_t>(border) * rowBytes;
    std::uint8_t* other = second_.data() + static_cast<std::ptrdiff_t>(border) * rowBytes;
    const int bytes = rowBytes * height;
    std::memcpy(top, image, static_cast<std::size_t>(bytes));
    extendBlock(top, rowBytes, height, border);
    runBox(top, rowBytes, bytes, box, other);
    extendBlock(other, rowBytes, height, border);
    runBox(other, rowBytes, bytes, box, top);
    extendBlock(top, rowBytes, height, border);
    runBox(top, rowBytes, bytes, box, image);
}

void Blur::binomial(std::uint8_t* image, int width, int height, int channels) {
    const int rowBytes = width * channels;
    first_.resize(static_cast<std::size_t>(rowBytes) * static_cast<std::size_t>(height));
    std::memcpy(first_.data(), image, first_.size());
    sums_.resize(static_cast<std::size_t>(rowBytes + 2 * channels));
    std::uint16_t* sums = sums_.data() + channels;
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* row = first_.data() + static_cast<std::ptrdiff_t>(y) * rowBytes;
        binomialDown(y > 0 ? row - rowBytes : row, row, y + 1 < height ? row + rowBytes : row, rowBytes, sums);
        std::copy_n(sums, channels, sums - channels);
        std::copy_n(sums + rowBytes - channels, channels, sums + rowBytes);
        binomialAcross(sums, channels, rowBytes, image + static_cast<std::ptrdiff_t>(y) * rowBytes);
    }
}

} // namespace dinoscope
