// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/weigher.h"

#include <algorithm>
#include <vector>

namespace dinoscope {
namespace {

void pack(const std::int32_t* weights, std::int32_t* words) { std::copy_n(weights, kGroupTaps, words); }

void standUp(const std::uint8_t* source, std::ptrdiff_t stride, int rows, int width, int channels,
             std::uint8_t* strip) {
    const std::ptrdiff_t plane = std::ptrdiff_t{kGroupBytes} * ((width + kGroupTaps - 1) / kGroupTaps);
    for (int lane = 0; lane < kWeighLanes; ++lane) {
        const std::uint8_t* row = source + std::min(lane, rows - 1) * stride;
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < channels; ++c)
                strip[c * plane + x / kGroupTaps * kGroupBytes + lane * kGroupTaps + x % kGroupTaps] =
                    row[x * channels + c];
    }
}

/// The sums of all lanes of one output.
void weigh(const std::uint8_t* group, std::ptrdiff_t stride, const std::int32_t* words, int groups,
           std::uint8_t* results) {
    std::int32_t sums[kWeighLanes];
    std::fill_n(sums, kWeighLanes, 1 << (kWeightBits - 1));
    for (int g = 0; g < groups; ++g, group += stride, words += kGroupTaps)
        for (int lane = 0; lane < kWeighLanes; ++lane)
            for (int tap = 0; tap < kGroupTaps; ++tap)
                sums[lane] += group[lane * kGroupTaps + tap] * words[tap];
    for (int lane = 0; lane < kWeighLanes; ++lane)
        results[lane] = static_cast<std::uint8_t>(std::clamp(sums[lane] >> kWeightBits, 0, 255));
}

void across(const std::uint8_t* strip, const WeighedAxis& axis, bool flipped, std::uint8_t* out,
            std::ptrdiff_t outStride) {
    std::uint8_t results[kWeighLanes];
    for (int x = 0; x < axis.outputs; ++x) {
        weigh(strip + std::ptrdiff_t{kGroupBytes} * axis.firstGroup[x], kGroupBytes, axis.words + x * axis.room,
              axis.groups[x], results);
        std::uint8_t* place = out + kGroupTaps * (flipped ? axis.outputs - 1 - x : x);
        for (int lane = 0; lane < kWeighLanes; ++lane)
            place[lane / kGroupTaps * outStride + lane % kGroupTaps] = results[lane];
    }
}

void down(const std::uint8_t* groups, std::ptrdiff_t stride, const WeighedAxis& axis, int width, std::uint8_t* out) {
    std::uint8_t results[kWeighLanes];
    for (int y = 0; y < axis.outputs; ++y, out += width)
        for (int x = 0; x < width; x += kWeighLanes) {
            weigh(groups + axis.firstGroup[y] * stride + kGroupTaps * x, stride, axis.words + y * axis.room,
                  axis.groups[y], results);
            std::copy_n(results, std::min(kWeighLanes, width - x), out + x);
        }
}

std::vector<Weigher> waysOfThisProcessor() {
    std::vector<Weigher> ways{kPlainWeigher};
#ifdef DINOSCOPE_X86_WEIGHERS
    if (__builtin_cpu_supports("avx2"))
        ways.push_back(kAvx2Weigher);
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi"))
        ways.push_back(kAvx512Weigher);
#endif
    return ways;
}

} // namespace

const Weigher kPlainWeigher{"plain", kGroupTaps, pack, standUp, across, down};

std::span<const Weigher> weighers() {
    static const std::vector<Weigher> ways = waysOfThisProcessor();
    return ways;
}

} // namespace dinoscope
