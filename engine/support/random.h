// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace dinoscope {

/// What a stream of random numbers is for. Streams of different purposes never share numbers.
enum class RandomPurpose : std::uint32_t {
    weights,
    order,
    cropBox,
    flip,
    jitter,
    grayscale,
    blur,
    solarize,
    dropPath,
    preview,
    split
};

/// Counter-based random numbers (Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
/// A stream is a pure function of its key (seed, epoch, sample, crop, purpose): worker count, order of evaluation and
/// prefetch depth change nothing. A value type; cheap to make.
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample, std::uint32_t crop,
                 RandomPurpose purpose);

    std::uint32_t nextU32();
    /// Uniform in [0, 1), 53 bits.
    double uniform();
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Uniform in [0, bound), without bias; bound > 0.
    std::uint32_t below(std::uint32_t bound);
    /// Standard normal (Box-Muller).
    double normal();

private:
    void refill();

    std::array<std::uint32_t, 2> key_;
    std::array<std::uint32_t, 4> counter_;
    std::array<std::uint32_t, 4> block_{};
    std::uint32_t used_ = 4;
};

} // namespace dinoscope
