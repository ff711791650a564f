// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dinoscope {

// The weighted sums of resampling, in the form that vectors are fast in. Inputs are taken in groups: 4 neighbours along
// the axis that is resampled for each of 16 lanes, 64 bytes, lane after lane. Going across, lanes are rows; going down,
// they are columns. Inputs that a sum does not need have the weight 0.

inline constexpr int kWeighLanes = 16;
inline constexpr int kGroupTaps = 4;
inline constexpr int kGroupBytes = kWeighLanes * kGroupTaps;
/// Weights are fixed-point numbers with this many bits after the point.
inline constexpr int kWeightBits = 22;

/// All sums of one axis. Output o is round(sum over its taps of input * weight), limited to 0..255. The absolute
/// weights of one sum stay below 2, so that 32 bits are enough.
struct WeighedAxis {
    int outputs = 0;
    const std::int32_t *firstGroup = nullptr, *groups = nullptr; ///< (outputs)
    const std::int32_t* words = nullptr; ///< (outputs, room): each group's weights as Weigher::pack leaves them
    std::ptrdiff_t room = 0;
};

/// One way to compute them. All ways give the same bytes. Pure functions, any thread.
struct Weigher {
    const char* name;
    int wordsAGroup;
    /// Puts the weights of one group into the form that this way multiplies with.
    void (*pack)(const std::int32_t* weights, std::int32_t* words);
    /// Groups up to 16 rows of interleaved pixels, `stride` bytes apart: strip is (channels, ceil(width / 4)) groups.
    /// Rows from `rows` on are filled with the last one.
    void (*standUp)(const std::uint8_t* source, std::ptrdiff_t stride, int rows, int width, int channels,
                    std::uint8_t* strip);
    /// Sums each row of one channel's strip. What output x of lane r gives goes to
    /// out[(r / 4) * outStride + 4 * x + r % 4], mirrored if `flipped`: groups for down().
    void (*across)(const std::uint8_t* strip, const WeighedAxis& axis, bool flipped, std::uint8_t* out,
                   std::ptrdiff_t outStride);
    /// Sums columns: groups of 4 rows of `width` columns, `stride` bytes from one to the next, with room for
    /// 16 columns beyond the last. out is (outputs, width).
    void (*down)(const std::uint8_t* groups, std::ptrdiff_t stride, const WeighedAxis& axis, int width,
                 std::uint8_t* out);
};

/// The ways that this processor knows, the fastest one last. The first is plain C++.
std::span<const Weigher> weighers();

// One file each; see weighers() for when they may be called.
extern const Weigher kPlainWeigher;
#if defined(__x86_64__) && defined(__GNUC__)
#define DINOSCOPE_X86_WEIGHERS 1
extern const Weigher kAvx2Weigher, kAvx512Weigher;
#endif

} // namespace dinoscope
