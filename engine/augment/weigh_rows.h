// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace dinoscope {

/// Bytes that one call of WeighRows sums side by side.
inline constexpr int kWeighLanes = 16;
/// Weights are fixed-point numbers with this many bits after the point.
inline constexpr int kWeightBits = 22;

/// out[i] = round(sum over k of base[k * stride + i] * weight[k]), limited to 0..255, for kWeighLanes neighbours i.
/// The absolute weights of one sum stay below 2, so that 32 bits are enough.
using WeighRows = void (*)(const std::uint8_t* base, std::ptrdiff_t stride, const std::int32_t* weight, int count,
                           std::uint8_t* out);

/// The plain version, for every processor.
void weighRowsPlain(const std::uint8_t* base, std::ptrdiff_t stride, const std::int32_t* weight, int count,
                    std::uint8_t* out);

/// The fastest version that this processor has. All versions give the same bytes.
WeighRows fastestWeighRows();

} // namespace dinoscope
