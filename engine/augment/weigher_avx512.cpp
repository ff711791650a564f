// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/weigher.h"

#ifdef DINOSCOPE_X86_WEIGHERS
#include <cstring>

#include <immintrin.h>

#define DINOSCOPE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vbmi")))

namespace dinoscope {
namespace {

constexpr int kDigits = 3; ///< a weight is a number of three signed digits to the base 256

/// The last digits of the four weights, then the middle ones, then the first ones.
void pack(const std::int32_t* weights, std::int32_t* words) {
    std::int32_t rest[kGroupTaps];
    std::memcpy(rest, weights, sizeof rest);
    for (int digit = 0; digit < kDigits; ++digit) {
        std::uint32_t word = 0;
        for (int tap = 0; tap < kGroupTaps; ++tap) {
            const auto last = static_cast<std::int8_t>(rest[tap] & 0xff);
            word |= std::uint32_t{static_cast<std::uint8_t>(last)} << (8 * tap);
            rest[tap] = (rest[tap] - last) / 256;
        }
        words[digit] = static_cast<std::int32_t>(word);
    }
}

/// Where the bytes of 16 RGB pixels go, so that each channel has one quarter of a vector.
DINOSCOPE_AVX512 inline __m512i separatingOrder() {
    alignas(64) std::uint8_t order[64];
    for (int i = 0; i < 64; ++i)
        order[i] = static_cast<std::uint8_t>(i < 48 ? 3 * (i % 16) + i / 16 : 63);
    return _mm512_load_si512(order);
}

/// Stores quarter `channel` of each of the first `count` vectors, a group apart.
template <int channel>
DINOSCOPE_AVX512 inline void storeQuarter(const __m512i* groups, int count, std::uint8_t* place) {
    for (int g = 0; g < count; ++g)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(place + g * kGroupBytes),
                         _mm512_extracti32x4_epi32(groups[g], channel));
}

DINOSCOPE_AVX512 void standUp(const std::uint8_t* source, std::ptrdiff_t stride, int rows, int width, int channels,
                              std::uint8_t* strip) {
    const std::ptrdiff_t plane = std::ptrdiff_t{kGroupBytes} * ((width + kGroupTaps - 1) / kGroupTaps);
    const __m512i order = separatingOrder();
    for (int x = 0; x < width; x += 16) {
        const int left = width - x < 16 ? width - x : 16;
        const auto present = static_cast<__mmask64>((std::uint64_t{1} << (left * channels)) - 1);
        const int count = (left + kGroupTaps - 1) / kGroupTaps;
        for (int quad = 0; quad < kWeighLanes; quad += 4) {
            __m512i r[4];
            for (int i = 0; i < 4; ++i) {
                const int row = quad + i < rows ? quad + i : rows - 1;
                r[i] =
                    _mm512_maskz_loadu_epi8(present, source + row * stride + static_cast<std::ptrdiff_t>(x) * channels);
                if (channels == 3)
                    r[i] = _mm512_permutexvar_epi8(order, r[i]);
            }
            const __m512i a = _mm512_unpacklo_epi32(r[0], r[1]), b = _mm512_unpacklo_epi32(r[2], r[3]);
            const __m512i c = _mm512_unpackhi_epi32(r[0], r[1]), d = _mm512_unpackhi_epi32(r[2], r[3]);
            const __m512i groups[] = {_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b),
                                      _mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d)};
            std::uint8_t* place = strip + x / kGroupTaps * kGroupBytes + quad * kGroupTaps;
            storeQuarter<0>(groups, count, place);
            if (channels == 3) {
                storeQuarter<1>(groups, count, place + plane);
                storeQuarter<2>(groups, count, place + 2 * plane);
            }
        }
    }
}

DINOSCOPE_AVX512 inline __m128i weigh(const std::uint8_t* group, std::ptrdiff_t stride, const std::int32_t* words,
                                      int groups) {
    __m512i low = _mm512_set1_epi32(1 << (kWeightBits - 1));
    __m512i middle = _mm512_setzero_si512(), high = _mm512_setzero_si512();
    for (int g = 0; g < groups; ++g, group += stride, words += kDigits) {
        const __m512i taps = _mm512_loadu_si512(group);
        low = _mm512_dpbusd_epi32(low, taps, _mm512_set1_epi32(words[0]));
        middle = _mm512_dpbusd_epi32(middle, taps, _mm512_set1_epi32(words[1]));
        high = _mm512_dpbusd_epi32(high, taps, _mm512_set1_epi32(words[2]));
    }
    const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(high, 16), _mm512_slli_epi32(middle, 8));
    const __m512i sum = _mm512_srai_epi32(_mm512_add_epi32(upper, low), kWeightBits);
    return _mm512_cvtusepi32_epi8(_mm512_max_epi32(sum, _mm512_setzero_si512()));
}

DINOSCOPE_AVX512 void across(const std::uint8_t* strip, const WeighedAxis& axis, bool flipped, std::uint8_t* out,
                             std::ptrdiff_t outStride) {
    for (int x = 0; x < axis.outputs; ++x) {
        const __m128i results = weigh(strip + std::ptrdiff_t{kGroupBytes} * axis.firstGroup[x], kGroupBytes,
                                      axis.words + x * axis.room, axis.groups[x]);
        std::uint8_t* place = out + kGroupTaps * (flipped ? axis.outputs - 1 - x : x);
        const std::int32_t quads[] = {_mm_cvtsi128_si32(results), _mm_extract_epi32(results, 1),
                                      _mm_extract_epi32(results, 2), _mm_extract_epi32(results, 3)};
        for (int quad = 0; quad < 4; ++quad)
            std::memcpy(place + quad * outStride, &quads[quad], 4);
    }
}

DINOSCOPE_AVX512 void down(const std::uint8_t* groups, std::ptrdiff_t stride, const WeighedAxis& axis, int width,
                           std::uint8_t* out) {
    for (int y = 0; y < axis.outputs; ++y, out += width) {
        const std::uint8_t* base = groups + axis.firstGroup[y] * stride;
        const std::int32_t* words = axis.words + y * axis.room;
        for (int x = 0; x < width; x += kWeighLanes) {
            const __mmask16 present =
                width - x >= kWeighLanes ? __mmask16{0xffff} : static_cast<__mmask16>((1u << (width - x)) - 1);
            _mm_mask_storeu_epi8(out + x, present, weigh(base + kGroupTaps * x, stride, words, axis.groups[y]));
        }
    }
}

} // namespace

const Weigher kAvx512Weigher{"AVX-512", kDigits, pack, standUp, across, down};

} // namespace dinoscope
#endif
