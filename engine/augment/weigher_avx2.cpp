// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/weigher.h"

#ifdef DINOSCOPE_X86_WEIGHERS
#include <cstring>

#include <immintrin.h>

#define DINOSCOPE_AVX2 __attribute__((target("avx2")))

namespace dinoscope {
namespace {

constexpr int kLowBits = 12; ///< a weight is high * 2^12 + low, either of which fits into 16 bits

/// Taps 0 and 2, then 1 and 3, of the high parts and of the low ones: the pairs that one multiplication takes.
void pack(const std::int32_t* weights, std::int32_t* words) {
    std::uint32_t high[kGroupTaps], low[kGroupTaps];
    for (int tap = 0; tap < kGroupTaps; ++tap) {
        const std::int32_t upper = (weights[tap] + (1 << (kLowBits - 1))) >> kLowBits;
        high[tap] = static_cast<std::uint32_t>(upper) & 0xffff;
        low[tap] = static_cast<std::uint32_t>(weights[tap] - upper * (1 << kLowBits)) & 0xffff;
    }
    for (int pair = 0; pair < 2; ++pair) {
        words[pair] = static_cast<std::int32_t>(high[pair] | high[pair + 2] << 16);
        words[pair + 2] = static_cast<std::int32_t>(low[pair] | low[pair + 2] << 16);
    }
}

/// Four times four bytes of four rows, to four bytes of each row in turn.
DINOSCOPE_AVX2 inline void storeGroups(const __m128i* rows, std::uint8_t* out) {
    const __m128i a = _mm_unpacklo_epi32(rows[0], rows[1]), b = _mm_unpacklo_epi32(rows[2], rows[3]);
    const __m128i c = _mm_unpackhi_epi32(rows[0], rows[1]), d = _mm_unpackhi_epi32(rows[2], rows[3]);
    const __m128i groups[] = {_mm_unpacklo_epi64(a, b), _mm_unpackhi_epi64(a, b), _mm_unpacklo_epi64(c, d),
                              _mm_unpackhi_epi64(c, d)};
    for (int g = 0; g < 4; ++g)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + g * kGroupBytes), groups[g]);
}

/// The bytes of three vectors that `from...` name; -1 names none.
DINOSCOPE_AVX2 inline __m128i gather(const __m128i* vectors, __m128i fromA, __m128i fromB, __m128i fromC) {
    return _mm_or_si128(_mm_or_si128(_mm_shuffle_epi8(vectors[0], fromA), _mm_shuffle_epi8(vectors[1], fromB)),
                        _mm_shuffle_epi8(vectors[2], fromC));
}

/// 16 pixels of RGB, to 16 values of each channel.
DINOSCOPE_AVX2 inline void separate(const std::uint8_t* pixels, __m128i* channels) {
    __m128i v[3];
    for (int i = 0; i < 3; ++i)
        v[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels + 16 * i));
    channels[0] = gather(v, _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13));
    channels[1] = gather(v, _mm_setr_epi8(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14));
    channels[2] = gather(v, _mm_setr_epi8(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1),
                         _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15));
}

DINOSCOPE_AVX2 void standUp(const std::uint8_t* source, std::ptrdiff_t stride, int rows, int width, int channels,
                            std::uint8_t* strip) {
    const std::ptrdiff_t plane = std::ptrdiff_t{kGroupBytes} * ((width + kGroupTaps - 1) / kGroupTaps);
    std::uint8_t rest[4][48] = {}; // a row's end, which is not read beyond
    for (int x = 0; x < width; x += 16)
        for (int quad = 0; quad < kWeighLanes; quad += 4) {
            const int left = width - x < 16 ? width - x : 16;
            __m128i values[3][4];
            for (int r = 0; r < 4; ++r) {
                const int row = quad + r < rows ? quad + r : rows - 1;
                const std::uint8_t* pixels = source + row * stride + static_cast<std::ptrdiff_t>(x) * channels;
                if (left < 16) {
                    std::memcpy(rest[r], pixels, static_cast<std::size_t>(left * channels));
                    pixels = rest[r];
                }
                __m128i separated[3] = {};
                if (channels == 3)
                    separate(pixels, separated);
                else
                    separated[0] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels));
                for (int c = 0; c < 3; ++c)
                    values[c][r] = separated[c];
            }
            std::uint8_t* place = strip + x / kGroupTaps * kGroupBytes + quad * kGroupTaps;
            for (int c = 0; c < channels; ++c, place += plane) {
                if (left == 16) {
                    storeGroups(values[c], place);
                    continue;
                }
                std::uint8_t last[4 * kGroupBytes];
                storeGroups(values[c], last);
                for (int g = 0; g * kGroupTaps < left; ++g)
                    std::memcpy(place + g * kGroupBytes, last + g * kGroupBytes, 16);
            }
        }
}

DINOSCOPE_AVX2 inline __m256i weighHalf(const std::uint8_t* group, std::ptrdiff_t stride, const std::int32_t* words,
                                        int groups) {
    const __m256i even = _mm256_set1_epi16(0x00ff);
    __m256i high = _mm256_setzero_si256(), low = _mm256_set1_epi32(1 << (kWeightBits - 1));
    for (int g = 0; g < groups; ++g, group += stride, words += 4) {
        const __m256i taps = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(group));
        const __m256i first = _mm256_and_si256(taps, even), second = _mm256_srli_epi16(taps, 8);
        high = _mm256_add_epi32(high, _mm256_add_epi32(_mm256_madd_epi16(first, _mm256_set1_epi32(words[0])),
                                                       _mm256_madd_epi16(second, _mm256_set1_epi32(words[1]))));
        low = _mm256_add_epi32(low, _mm256_add_epi32(_mm256_madd_epi16(first, _mm256_set1_epi32(words[2])),
                                                     _mm256_madd_epi16(second, _mm256_set1_epi32(words[3]))));
    }
    return _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, kLowBits), low), kWeightBits);
}

DINOSCOPE_AVX2 inline __m128i weigh(const std::uint8_t* group, std::ptrdiff_t stride, const std::int32_t* words,
                                    int groups) {
    const __m256i first = weighHalf(group, stride, words, groups);
    const __m256i second = weighHalf(group + kGroupBytes / 2, stride, words, groups);
    // Packing works inside 128-bit halves, so the middle quarters change places in between.
    const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xD8);
    return _mm_packus_epi16(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
}

DINOSCOPE_AVX2 void across(const std::uint8_t* strip, const WeighedAxis& axis, bool flipped, std::uint8_t* out,
                           std::ptrdiff_t outStride) {
    for (int x = 0; x < axis.outputs; ++x) {
        const __m128i results = weigh(strip + std::ptrdiff_t{kGroupBytes} * axis.firstGroup[x], kGroupBytes,
                                      axis.words + x * axis.room, axis.groups[x]);
        std::uint8_t* place = out + kGroupTaps * (flipped ? axis.outputs - 1 - x : x);
        alignas(16) std::int32_t quads[4];
        _mm_store_si128(reinterpret_cast<__m128i*>(quads), results);
        for (int quad = 0; quad < 4; ++quad)
            std::memcpy(place + quad * outStride, &quads[quad], 4);
    }
}

DINOSCOPE_AVX2 void down(const std::uint8_t* groups, std::ptrdiff_t stride, const WeighedAxis& axis, int width,
                         std::uint8_t* out) {
    for (int y = 0; y < axis.outputs; ++y, out += width) {
        const std::uint8_t* base = groups + axis.firstGroup[y] * stride;
        const std::int32_t* words = axis.words + y * axis.room;
        int x = 0;
        for (; x + kWeighLanes <= width; x += kWeighLanes)
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out + x),
                             weigh(base + kGroupTaps * x, stride, words, axis.groups[y]));
        if (x < width) {
            alignas(16) std::uint8_t rest[kWeighLanes];
            _mm_store_si128(reinterpret_cast<__m128i*>(rest),
                            weigh(base + kGroupTaps * x, stride, words, axis.groups[y]));
            std::memcpy(out + x, rest, static_cast<std::size_t>(width - x));
        }
    }
}

} // namespace

const Weigher kAvx2Weigher{"AVX2", 4, pack, standUp, across, down};

} // namespace dinoscope
#endif
