// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/random.h"

#include <cmath>
#include <numbers>

namespace dinoscope {
namespace {

std::uint64_t mix(std::uint64_t x) { // finaliser of SplitMix64
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

} // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint64_t epoch, std::uint64_t sample, std::uint32_t crop,
                           RandomPurpose purpose) {
    // The key identifies the run and the purpose, the upper counter words the sample; the lowest word counts blocks.
    const std::uint64_t key = mix(mix(seed + 0x9e3779b97f4a7c15ull) + mix(epoch + 0x632be59bd9b4e019ull));
    key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
    counter_ = {0, static_cast<std::uint32_t>(sample), static_cast<std::uint32_t>(sample >> 32),
                crop * 64u + static_cast<std::uint32_t>(purpose)};
}

void RandomStream::refill() {
    std::array<std::uint32_t, 4> c = counter_;
    std::array<std::uint32_t, 2> k = key_;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = 0xD2511F53ull * c[0];
        const std::uint64_t b = 0xCD9E8D57ull * c[2];
        c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
             static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
        k[0] += 0x9E3779B9u;
        k[1] += 0xBB67AE85u;
    }
    block_ = c;
    ++counter_[0];
    used_ = 0;
}

std::uint32_t RandomStream::nextU32() {
    if (used_ == 4)
        refill();
    return block_[used_++];
}

double RandomStream::uniform() {
    const std::uint64_t high = nextU32();
    const std::uint64_t low = nextU32();
    return static_cast<double>((high << 21) ^ (low >> 11)) * 0x1.0p-53;
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    for (;;) {
        const std::uint64_t product = static_cast<std::uint64_t>(nextU32()) * bound;
        if (static_cast<std::uint32_t>(product) >= threshold)
            return static_cast<std::uint32_t>(product >> 32);
    }
}

double RandomStream::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

} // namespace dinoscope
