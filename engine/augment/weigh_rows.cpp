// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/weigh_rows.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define DINOSCOPE_HAS_AVX2_VERSION 1
#endif

namespace dinoscope {

void weighRowsPlain(const std::uint8_t* base, std::ptrdiff_t stride, const std::int32_t* weight, int count,
                    std::uint8_t* out) {
    std::int32_t sums[kWeighLanes];
    std::fill_n(sums, kWeighLanes, 1 << (kWeightBits - 1));
    for (int tap = 0; tap < count; ++tap, base += stride)
        for (int i = 0; i < kWeighLanes; ++i)
            sums[i] += base[i] * weight[tap];
    for (int i = 0; i < kWeighLanes; ++i)
        out[i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> kWeightBits, 0, 255));
}

#ifdef DINOSCOPE_HAS_AVX2_VERSION
namespace {

__attribute__((target("avx2"))) void weighRowsAvx2(const std::uint8_t* base, std::ptrdiff_t stride,
                                                   const std::int32_t* weight, int count, std::uint8_t* out) {
    __m256i low = _mm256_set1_epi32(1 << (kWeightBits - 1));
    __m256i high = low;
    for (int tap = 0; tap < count; ++tap, base += stride) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(base));
        const __m256i w = _mm256_set1_epi32(weight[tap]);
        low = _mm256_add_epi32(low, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), w));
        high = _mm256_add_epi32(high, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), w));
    }
    low = _mm256_srai_epi32(low, kWeightBits);
    high = _mm256_srai_epi32(high, kWeightBits);
    // Packing works inside 128-bit halves, so the middle quarters change places in between.
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8);
    const __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), packed);
}

} // namespace
#endif

WeighRows fastestWeighRows() {
#ifdef DINOSCOPE_HAS_AVX2_VERSION
    if (__builtin_cpu_supports("avx2"))
        return weighRowsAvx2;
#endif
    return weighRowsPlain;
}

} // namespace dinoscope
