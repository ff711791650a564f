// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/random.h"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace dinoscope {
namespace {

std::vector<std::uint32_t> words(RandomStream stream, int count) {
    std::vector<std::uint32_t> result;
    for (int i = 0; i < count; ++i)
        result.push_back(stream.nextU32());
    return result;
}

// The published known answer of Philox 4x32-10 for counter 0 and key 0. This seed and epoch are the ones whose mixed
// key is 0.
TEST(Random, GivesThePublishedPhiloxWords) {
    const RandomStream stream(0 - 0x9e3779b97f4a7c15ull, 0 - 0x632be59bd9b4e019ull, 0, 0, RandomPurpose::weights);
    const std::vector<std::uint32_t> expected = {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u};
    EXPECT_EQ(words(stream, 4), expected);
}

TEST(Random, IsAFunctionOfItsKey) {
    const RandomStream stream(7, 3, 12345678901ull, 4, RandomPurpose::jitter);
    const RandomStream same(7, 3, 12345678901ull, 4, RandomPurpose::jitter);
    EXPECT_EQ(words(stream, 100), words(same, 100));
}

TEST(Random, EveryPartOfTheKeyCounts) {
    using P = RandomPurpose;
    const std::vector<RandomStream> streams = {
        {0, 0, 0, 0, P::weights},          {1, 0, 0, 0, P::weights}, {0, 1, 0, 0, P::weights}, {0, 0, 1, 0, P::weights},
        {0, 0, 1ull << 32, 0, P::weights}, {0, 0, 0, 1, P::weights}, {0, 0, 0, 0, P::order},   {0, 0, 0, 0, P::split}};
    std::set<std::uint32_t> seen;
    for (const RandomStream& stream : streams)
        for (const std::uint32_t word : words(stream, 16))
            EXPECT_TRUE(seen.insert(word).second) << "two streams share the word " << word;
}

TEST(Random, UniformFillsTheHalfOpenUnitInterval) {
    RandomStream stream(0, 0, 0, 0, RandomPurpose::cropBox);
    constexpr int kDraws = 100000;
    std::array<int, 10> bins{};
    for (int i = 0; i < kDraws; ++i) {
        const double value = stream.uniform();
        ASSERT_GE(value, 0.0);
        ASSERT_LT(value, 1.0);
        ++bins[static_cast<std::size_t>(value * 10)];
    }
    for (const int count : bins) // five standard deviations of a binomial with p = 0.1
        EXPECT_NEAR(count, kDraws / 10, 5 * std::sqrt(kDraws * 0.09));
}

TEST(Random, UniformKeepsToItsEnds) {
    RandomStream stream(1, 0, 0, 0, RandomPurpose::cropBox);
    for (int i = 0; i < 1000; ++i) {
        const double value = stream.uniform(-2.5, 4.0);
        EXPECT_GE(value, -2.5);
        EXPECT_LT(value, 4.0);
    }
}

TEST(Random, BelowIsEvenAndStaysBelow) {
    RandomStream stream(2, 0, 0, 0, RandomPurpose::order);
    std::array<int, 3> counts{};
    for (int i = 0; i < 30000; ++i)
        ++counts.at(stream.below(3));
    for (const int count : counts)
        EXPECT_NEAR(count, 10000, 5 * std::sqrt(30000 * 2.0 / 9.0));
    EXPECT_EQ(stream.below(1), 0u);
}

TEST(Random, NormalHasMeanZeroAndUnitVariance) {
    RandomStream stream(3, 0, 0, 0, RandomPurpose::weights);
    constexpr int kDraws = 100000;
    double sum = 0, squares = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double value = stream.normal();
        ASSERT_TRUE(std::isfinite(value));
        sum += value;
        squares += value * value;
    }
    EXPECT_NEAR(sum / kDraws, 0, 5 / std::sqrt(kDraws));
    EXPECT_NEAR(squares / kDraws, 1, 5 * std::sqrt(2.0 / kDraws));
}

} // namespace
} // namespace dinoscope
