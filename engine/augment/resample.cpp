// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/resample.h"

#include "engine/augment/multiversion.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

// Both branches are computed, so that whole vectors are.
double cubic(double x) {
    constexpr double a = -0.5;
    x = std::abs(x);
    const double near = ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    const double far = (((x - 5.0) * x + 8.0) * x - 4.0) * a;
    return x < 1.0 ? near : x < 2.0 ? far : 0.0;
}

DINOSCOPE_MULTIVERSION
void cubicWeights(int first, int count, double center, double stretch, double* weights) {
    for (int i = 0; i < count; ++i)
        weights[i] = cubic((i + first - center + 0.5) / stretch);
}

DINOSCOPE_MULTIVERSION
void triangleWeights(int first, int count, double center, double stretch, double* weights) {
    for (int i = 0; i < count; ++i)
        weights[i] = std::max(0.0, 1.0 - std::abs((i + first - center + 0.5) / stretch));
}

DINOSCOPE_MULTIVERSION
void roundWeights(const double* weights, int count, double total, std::int32_t* fixed) {
    for (int i = 0; i < count; ++i) {
        const double exact = weights[i] / total * (1 << kWeightBits);
        fixed[i] = static_cast<std::int32_t>(exact < 0 ? exact - 0.5 : exact + 0.5);
    }
}

/// Never shrinks: what has been there is not cleared again.
template <class Value> void growTo(std::vector<Value>& values, std::ptrdiff_t count) {
    if (values.size() < static_cast<std::size_t>(count))
        values.resize(static_cast<std::size_t>(count));
}

int roundUpTo(int value, int step) { return (value + step - 1) / step * step; }

} // namespace

WeighedAxis Resampler::Axis::view() const {
    return {span.outputs, firstGroup.data(), groups.data(), words.data(), room};
}

void Resampler::prepare(Axis& axis, const Span& span) const {
    if (axis.span == span)
        return;
    axis.span = span;
    const double step = span.length / span.to;
    const double stretch = std::max(step, 1.0);
    const double support = (span.filter == Filter::cubic ? 2.0 : 1.0) * stretch;
    const int taps = static_cast<int>(std::ceil(support)) * 2 + 1;
    axis.room = std::ptrdiff_t{taps / kGroupTaps + 2} * weigher_->wordsAGroup;
    growTo(axis.real, taps);
    growTo(axis.fixed, roundUpTo(taps, kGroupTaps) + kGroupTaps);
    growTo(axis.firstGroup, span.outputs);
    growTo(axis.groups, span.outputs);
    growTo(axis.words, span.outputs * axis.room);
    for (int o = 0; o < span.outputs; ++o) {
        const double center = span.origin + (o + span.skip + 0.5) * step;
        const int first = std::max(span.begin, static_cast<int>(center - support + 0.5));
        const int end = std::min(span.end, static_cast<int>(center + support + 0.5));
        if (o == 0)
            axis.begin = first;
        axis.end = end;
        prepareOutput(axis, o, first, end, center, stretch);
    }
}

void Resampler::prepareOutput(Axis& axis, int output, int first, int end, double center, double stretch) const {
    const int count = end - first, skipped = (first - axis.begin) % kGroupTaps;
    double* real = axis.real.data();
    (axis.span.filter == Filter::cubic ? cubicWeights : triangleWeights)(first, count, center, stretch, real);
    double total = 0;
    for (int i = 0; i < count; ++i)
        total += real[i];
    std::int32_t* fixed = axis.fixed.data();
    std::fill_n(fixed, skipped, 0);
    roundWeights(real, count, total, fixed + skipped);
    const int padded = roundUpTo(skipped + count, kGroupTaps);
    std::fill(fixed + skipped + count, fixed + padded, 0);
    const auto o = static_cast<std::size_t>(output);
    axis.firstGroup[o] = (first - axis.begin) / kGroupTaps;
    axis.groups[o] = padded / kGroupTaps;
    std::int32_t* words = axis.words.data() + output * axis.room;
    for (int tap = 0; tap < padded; tap += kGroupTaps, words += weigher_->wordsAGroup)
        weigher_->pack(fixed + tap, words);
}

void Resampler::run(const PictureView& picture, bool flipped, const Planes& out) {
    const std::ptrdiff_t pictureStride = static_cast<std::ptrdiff_t>(picture.width) * picture.channels;
    const int width = columns_.end - columns_.begin, height = rows_.end - rows_.begin;
    const std::uint8_t* source =
        picture.pixels + rows_.begin * pictureStride + static_cast<std::ptrdiff_t>(columns_.begin) * picture.channels;
    const std::ptrdiff_t stripPlane = std::ptrdiff_t{kGroupBytes} * (roundUpTo(width, kGroupTaps) / kGroupTaps);
    const std::ptrdiff_t groupRow = std::ptrdiff_t{kGroupTaps} * roundUpTo(out.width, kWeighLanes);
    const std::ptrdiff_t middlePlane = groupRow * (roundUpTo(height, kWeighLanes) / kGroupTaps);
    growTo(strip_, stripPlane * picture.channels);
    growTo(middle_, middlePlane * picture.channels);
    const WeighedAxis columns = columns_.view(), rows = rows_.view();
    for (int y = 0; y < height; y += kWeighLanes) {
        weigher_->standUp(source + y * pictureStride, pictureStride, std::min(kWeighLanes, height - y), width,
                          picture.channels, strip_.data());
        for (int c = 0; c < picture.channels; ++c)
            weigher_->across(strip_.data() + c * stripPlane, columns, flipped,
                             middle_.data() + c * middlePlane + y / kGroupTaps * groupRow, groupRow);
    }
    for (int c = 0; c < picture.channels; ++c)
        weigher_->down(middle_.data() + c * middlePlane, groupRow, rows, out.width, out.plane(c));
}

void Resampler::resize(const PictureView& picture, const PictureBox& box, Filter filter, bool flipped,
                       const Planes& out) {
    const auto span = [&](double origin, double length, int limit, int outputs) {
        const int begin = std::max(0, static_cast<int>(std::floor(origin)));
        const int end = std::min(limit, static_cast<int>(std::ceil(origin + length)));
        return Span{filter, origin - begin, length, 0, end - begin, outputs, 0, outputs};
    };
    const int left = static_cast<int>(std::floor(box.left)), top = static_cast<int>(std::floor(box.top));
    prepare(columns_, span(box.left, box.width, picture.width, out.width));
    prepare(rows_, span(box.top, box.height, picture.height, out.height));
    PictureView part = picture;
    part.pixels += (static_cast<std::ptrdiff_t>(top) * picture.width + left) * picture.channels;
    run(part, flipped, out);
}

void Resampler::bicubic(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out) {
    resize(picture, box, Filter::cubic, flipped, out);
}

void Resampler::smoothBilinear(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out) {
    resize(picture, box, Filter::triangle, flipped, out);
}

void Resampler::center(const PictureView& picture, int shorterSide, const Planes& out) {
    const int size = out.width;
    const std::int64_t shorter = std::min(picture.width, picture.height);
    const auto resized = [&](int side) {
        return static_cast<int>(shorterSide * static_cast<std::int64_t>(side) / shorter);
    };
    // Half a pixel goes to the even side, as Python's round() does.
    const auto span = [&](int side) {
        const int margin = static_cast<int>(std::nearbyint((resized(side) - size) / 2.0));
        return Span{Filter::cubic, 0, static_cast<double>(side), 0, side, resized(side), margin, size};
    };
    prepare(columns_, span(picture.width));
    prepare(rows_, span(picture.height));
    run(picture, false, out);
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

void Resampler::bilinear(const PictureView& picture, const PictureBox& box, bool flipped, const Planes& out) {
    place(sampleX_, box.left, box.width, out.width, picture.width);
    place(sampleY_, box.top, box.height, out.height, picture.height);
    if (flipped)
        std::reverse(sampleX_.begin(), sampleX_.end());
    const int channels = picture.channels;
    for (int c = 0; c < channels; ++c) {
        std::uint8_t* to = out.plane(c);
        for (const Sample& y : sampleY_) {
            const std::uint8_t* above = picture.pixels + static_cast<std::ptrdiff_t>(y.low) * picture.width * channels;
            const std::uint8_t* below = picture.pixels + static_cast<std::ptrdiff_t>(y.high) * picture.width * channels;
            for (const Sample& x : sampleX_) {
                const int a = x.low * channels + c, b = x.high * channels + c;
                const int first = above[a] * (2048 - x.share) + above[b] * x.share;
                const int second = below[a] * (2048 - x.share) + below[b] * x.share;
                *to++ = static_cast<std::uint8_t>((first * (2048 - y.share) + second * y.share + (1 << 21)) >> 22);
            }
        }
    }
}

} // namespace dinoscope
