// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/resample.h"

#include "engine/augment/weigh_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace dinoscope {
namespace {

constexpr int kLanes = kWeighLanes;

double cubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    if (x < 2.0)
        return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return 0.0;
}

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

struct AxisView {
    const int *first, *count;
    const std::int32_t* weight;
    int taps;
};

/// One strip of up to kLanes rows, stored column by column, to `size` outputs a row.
void shrinkStrip(WeighRows weighRows, const std::uint8_t* strip, int rows, int channels, const AxisView& axis, int size,
                 bool flipped, std::uint8_t* out, std::ptrdiff_t outStride) {
    std::uint8_t column[kLanes];
    for (int x = 0; x < size; ++x) {
        const int target = (flipped ? size - 1 - x : x) * channels;
        for (int c = 0; c < channels; ++c) {
            weighRows(strip + (static_cast<std::ptrdiff_t>(axis.first[x]) * channels + c) * kLanes,
                      static_cast<std::ptrdiff_t>(channels) * kLanes,
                      axis.weight + static_cast<std::ptrdiff_t>(x) * axis.taps, axis.count[x], column);
            std::uint8_t* place = out + target + c;
            for (int r = 0; r < rows; ++r, place += outStride)
                *place = column[r];
        }
    }
}

void shrinkRows(WeighRows weighRows, const std::uint8_t* rows, int length, const AxisView& axis, int size,
                std::uint8_t* out) {
    std::uint8_t rest[kLanes];
    for (int y = 0; y < size; ++y) {
        const std::uint8_t* base = rows + static_cast<std::ptrdiff_t>(axis.first[y]) * length;
        const std::int32_t* weight = axis.weight + static_cast<std::ptrdiff_t>(y) * axis.taps;
        int x = 0;
        for (; x + kLanes <= length; x += kLanes)
            weighRows(base + x, length, weight, axis.count[y], out + x);
        if (x < length) {
            weighRows(base + x, length, weight, axis.count[y], rest);
            std::memcpy(out + x, rest, static_cast<std::size_t>(length - x));
        }
        out += length;
    }
}

void standUp(const std::uint8_t* source, std::ptrdiff_t stride, int rows, int length, std::uint8_t* strip) {
    for (int r = 0; r < rows; ++r, source += stride) {
        std::uint8_t* place = strip + r;
        for (int i = 0; i < length; ++i, place += kLanes)
            *place = source[i];
    }
}

} // namespace

void Resampler::prepare(Axis& axis, Filter filter, int from, int to, int skip, int outputs) {
    if (axis.filter == filter && axis.from == from && axis.to == to && axis.skip == skip && axis.outputs == outputs)
        return;
    axis.filter = filter;
    axis.from = from;
    axis.to = to;
    axis.skip = skip;
    axis.outputs = outputs;
    const double step = static_cast<double>(from) / to;
    const double stretch = std::max(step, 1.0);
    const auto kernel = filter == Filter::cubic ? cubic : triangle;
    const double support = (filter == Filter::cubic ? 2.0 : 1.0) * stretch;
    axis.taps = static_cast<int>(std::ceil(support)) * 2 + 1;
    axis.first.resize(static_cast<std::size_t>(outputs));
    axis.count.resize(static_cast<std::size_t>(outputs));
    axis.weight.resize(static_cast<std::size_t>(outputs) * static_cast<std::size_t>(axis.taps));
    std::vector<double>& real = axis.real;
    real.resize(static_cast<std::size_t>(axis.taps));
    for (int o = 0; o < outputs; ++o) {
        const double center = (o + skip + 0.5) * step;
        const int first = std::max(0, static_cast<int>(center - support + 0.5));
        const int end = std::min(from, static_cast<int>(center + support + 0.5));
        double total = 0;
        for (int i = first; i < end; ++i)
            total += real[static_cast<std::size_t>(i - first)] = kernel((i - center + 0.5) / stretch);
        std::int32_t* weight = axis.weight.data() + static_cast<std::ptrdiff_t>(o) * axis.taps;
        for (int i = 0; i < end - first; ++i) {
            const double fixed = real[static_cast<std::size_t>(i)] / total * (1 << kWeightBits);
            weight[i] = static_cast<std::int32_t>(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
        }
        axis.begin = o == 0 ? first : axis.begin;
        axis.end = end;
        axis.first[static_cast<std::size_t>(o)] = first - axis.begin;
        axis.count[static_cast<std::size_t>(o)] = end - first;
    }
}

void Resampler::run(const PictureView& picture, int left, int top, int size, bool flipped, std::uint8_t* out) {
    const int channels = picture.channels;
    const std::ptrdiff_t pictureStride = static_cast<std::ptrdiff_t>(picture.width) * channels;
    const int width = columns_.end - columns_.begin, height = rows_.end - rows_.begin;
    const std::uint8_t* source = picture.pixels + (top + rows_.begin) * pictureStride +
                                 static_cast<std::ptrdiff_t>(left + columns_.begin) * channels;
    const int length = size * channels;
    strip_.resize(static_cast<std::size_t>(width) * channels * kLanes);
    middle_.resize(static_cast<std::size_t>(height) * length + kLanes);
    const AxisView columns{columns_.first.data(), columns_.count.data(), columns_.weight.data(), columns_.taps};
    for (int y = 0; y < height; y += kLanes) {
        const int rows = std::min(kLanes, height - y);
        standUp(source + y * pictureStride, pictureStride, rows, width * channels, strip_.data());
        shrinkStrip(weighRows_, strip_.data(), rows, channels, columns, size, flipped,
                    middle_.data() + static_cast<std::ptrdiff_t>(y) * length, length);
    }
    const AxisView rows{rows_.first.data(), rows_.count.data(), rows_.weight.data(), rows_.taps};
    shrinkRows(weighRows_, middle_.data(), length, rows, size, out);
}

void Resampler::bicubic(const PictureView& picture, int left, int top, int width, int height, int size, bool flipped,
                        std::uint8_t* out) {
    prepare(columns_, Filter::cubic, width, size, 0, size);
    prepare(rows_, Filter::cubic, height, size, 0, size);
    run(picture, left, top, size, flipped, out);
}

void Resampler::smoothBilinear(const PictureView& picture, int left, int top, int width, int height, int size,
                               bool flipped, std::uint8_t* out) {
    prepare(columns_, Filter::triangle, width, size, 0, size);
    prepare(rows_, Filter::triangle, height, size, 0, size);
    run(picture, left, top, size, flipped, out);
}

void Resampler::center(const PictureView& picture, int shorterSide, int size, std::uint8_t* out) {
    const std::int64_t shorter = std::min(picture.width, picture.height);
    const auto resized = [&](int side) {
        return static_cast<int>(shorterSide * static_cast<std::int64_t>(side) / shorter);
    };
    // Half a pixel goes to the even side, as Python's round() does.
    const auto margin = [&](int side) { return static_cast<int>(std::nearbyint((side - size) / 2.0)); };
    const int width = resized(picture.width), height = resized(picture.height);
    prepare(columns_, Filter::cubic, picture.width, width, margin(width), size);
    prepare(rows_, Filter::cubic, picture.height, height, margin(height), size);
    run(picture, 0, 0, size, false, out);
}

void Resampler::place(std::vector<Sample>& samples, double origin, double length, int size, int limit) {
    samples.resize(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) {
        const double at = std::clamp(origin + (i + 0.5) / size * length - 0.5, 0.0, static_cast<double>(limit - 1));
        const int low = static_cast<int>(at);
        const int high = std::min(low + 1, limit - 1);
        samples[static_cast<std::size_t>(i)] = {low, high, static_cast<int>((at - low) * 2048.0 + 0.5)};
    }
}

void Resampler::bilinear(const PictureView& picture, double left, double top, double width, double height, int size,
                         bool flipped, std::uint8_t* out) {
    place(sampleX_, left, width, size, picture.width);
    place(sampleY_, top, height, size, picture.height);
    if (flipped)
        std::reverse(sampleX_.begin(), sampleX_.end());
    const int channels = picture.channels;
    for (const Sample& y : sampleY_) {
        const std::uint8_t* above = picture.pixels + static_cast<std::ptrdiff_t>(y.low) * picture.width * channels;
        const std::uint8_t* below = picture.pixels + static_cast<std::ptrdiff_t>(y.high) * picture.width * channels;
        for (const Sample& x : sampleX_)
            for (int c = 0; c < channels; ++c) {
                const int a = x.low * channels + c, b = x.high * channels + c;
                const int first = above[a] * (2048 - x.share) + above[b] * x.share;
                const int second = below[a] * (2048 - x.share) + below[b] * x.share;
                *out++ = static_cast<std::uint8_t>((first * (2048 - y.share) + second * y.share + (1 << 21)) >> 22);
            }
    }
}

} // namespace dinoscope
