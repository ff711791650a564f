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

/// Repeats the first and the last value of a line, `values` times on each side.
void extendLine(std::uint8_t* line, int length, int values) {
    std::memset(line - values, line[0], static_cast<std::size_t>(values));
    std::memset(line + length, line[length - 1], static_cast<std::size_t>(values));
}

/// Repeats the first and the last row of a plane, `rows` times above and below.
void extendPlane(std::uint8_t* plane, int width, int height, int rows) {
    const std::uint8_t* last = plane + static_cast<std::ptrdiff_t>(height - 1) * width;
    for (int i = 1; i <= rows; ++i) {
        std::memcpy(plane - static_cast<std::ptrdiff_t>(i) * width, plane, static_cast<std::size_t>(width));
        std::memcpy(plane + static_cast<std::ptrdiff_t>(height + i - 1) * width, last, static_cast<std::size_t>(width));
    }
}

DINOSCOPE_MULTIVERSION
void binomialDown(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below, int count,
                  std::uint16_t* out) {
    for (int i = 0; i < count; ++i)
        out[i] = static_cast<std::uint16_t>(above[i] + 2 * row[i] + below[i]);
}

DINOSCOPE_MULTIVERSION
void binomialAcross(const std::uint16_t* sums, int count, std::uint8_t* out) {
    for (int i = 0; i < count; ++i)
        out[i] = static_cast<std::uint8_t>((sums[i - 1] + 2 * sums[i] + sums[i + 1] + 8) >> 4);
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

void Blur::gaussian(const Planes& view, double radius) {
    for (int c = 0; c < view.channels; ++c)
        gaussianPlane(view.plane(c), view.width, view.height, radius);
}

void Blur::binomial(const Planes& view) {
    for (int c = 0; c < view.channels; ++c)
        binomialPlane(view.plane(c), view.width, view.height);
}

void Blur::gaussianPlane(std::uint8_t* plane, int width, int height, double radius) {
    const Box box(boxRadius(radius));
    const int border = box.reach + 1;
    // Rows: two padded lines take turns, so that a row never leaves the first-level cache.
    const std::size_t lineRoom = static_cast<std::size_t>(width + 2 * border);
    const std::size_t planeRoom = static_cast<std::size_t>(height + 2 * border) * static_cast<std::size_t>(width);
    if (first_.size() < std::max(2 * lineRoom, planeRoom))
        first_.resize(std::max(2 * lineRoom, planeRoom));
    if (second_.size() < planeRoom)
        second_.resize(planeRoom);
    std::uint8_t* a = first_.data() + border;
    std::uint8_t* b = a + lineRoom;
    for (int y = 0; y < height; ++y) {
        std::uint8_t* row = plane + static_cast<std::ptrdiff_t>(y) * width;
        std::memcpy(a, row, static_cast<std::size_t>(width));
        extendLine(a, width, border);
        runBox(a, 1, width, box, b);
        extendLine(b, width, border);
        runBox(b, 1, width, box, a);
        extendLine(a, width, border);
        runBox(a, 1, width, box, row);
    }
    std::uint8_t* top = first_.data() + static_cast<std::ptrdiff_t>(border) * width;
    std::uint8_t* other = second_.data() + static_cast<std::ptrdiff_t>(border) * width;
    const int values = width * height;
    std::memcpy(top, plane, static_cast<std::size_t>(values));
    extendPlane(top, width, height, border);
    runBox(top, width, values, box, other);
    extendPlane(other, width, height, border);
    runBox(other, width, values, box, top);
    extendPlane(top, width, height, border);
    runBox(top, width, values, box, plane);
}

void Blur::binomialPlane(std::uint8_t* plane, int width, int height) {
    first_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    std::memcpy(first_.data(), plane, first_.size());
    sums_.resize(static_cast<std::size_t>(width + 2));
    std::uint16_t* sums = sums_.data() + 1;
    for (int y = 0; y < height; ++y) {
        const std::uint8_t* row = first_.data() + static_cast<std::ptrdiff_t>(y) * width;
        binomialDown(y > 0 ? row - width : row, row, y + 1 < height ? row + width : row, width, sums);
        sums[-1] = sums[0];
        sums[width] = sums[width - 1];
        binomialAcross(sums, width, plane + static_cast<std::ptrdiff_t>(y) * width);
    }
}

} // namespace dinoscope
