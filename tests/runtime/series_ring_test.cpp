// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/series_ring.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

namespace dinoscope {
namespace {

/// Appends points whose values are their numbers, from `first` on.
void fill(SeriesRing& ring, std::int64_t first, std::int64_t count) {
    for (std::int64_t n = first; n < first + count; ++n)
        ring.append({static_cast<std::uint32_t>(n % 3), {n}, static_cast<double>(n), 0.5 * static_cast<double>(n)});
}

/// Expects the points of `first`, `first` + 1 and so on, `count` of them.
void expectNumbers(const std::vector<MetricPoint>& points, std::int64_t first, std::size_t count) {
    ASSERT_EQ(points.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t n = first + static_cast<std::int64_t>(i);
        EXPECT_EQ(points[i].value, static_cast<double>(n));
        EXPECT_EQ(points[i].step, Step{n});
        EXPECT_EQ(points[i].metric, static_cast<std::uint32_t>(n % 3));
        EXPECT_EQ(points[i].seconds, 0.5 * static_cast<double>(n));
    }
}

TEST(SeriesRing, IsEmptyAtFirst) {
    const SeriesRing ring(4);
    const auto reading = ring.read(0);
    EXPECT_TRUE(reading.points.empty());
    EXPECT_EQ(reading.lost, 0u);
    EXPECT_EQ(reading.next, 0u);
}

TEST(SeriesRing, LosesNothingWithinItsCapacity) {
    SeriesRing ring(8);
    fill(ring, 0, 8);
    const auto reading = ring.read(0);
    expectNumbers(reading.points, 0, 8);
    EXPECT_EQ(reading.lost, 0u);
    EXPECT_EQ(reading.next, 8u);
}

TEST(SeriesRing, CountsExactlyWhatWasOverwritten) {
    SeriesRing ring(8);
    for (std::int64_t total = 9; total <= 30; ++total) {
        fill(ring, total == 9 ? 0 : total - 1, total == 9 ? 9 : 1);
        const auto reading = ring.read(0);
        expectNumbers(reading.points, total - 8, 8);
        EXPECT_EQ(reading.lost, static_cast<std::uint64_t>(total - 8));
        EXPECT_EQ(reading.next, static_cast<std::uint64_t>(total));
    }
}

TEST(SeriesRing, EveryPositionReadsItsOwnPart) {
    SeriesRing ring(5);
    fill(ring, 0, 13); // kept: 8 to 12
    for (std::uint64_t from = 0; from <= 13; ++from) {
        const auto reading = ring.read(from);
        const std::uint64_t first = std::max<std::uint64_t>(from, 8);
        expectNumbers(reading.points, static_cast<std::int64_t>(first), 13 - first);
        EXPECT_EQ(reading.lost, first - from);
        EXPECT_EQ(reading.next, 13u);
    }
}

TEST(SeriesRing, AReaderThatKeepsUpSeesEachPointOnce) {
    SeriesRing ring(4);
    std::uint64_t cursor = 0;
    std::int64_t written = 0;
    for (const std::int64_t portion : {1, 4, 3, 2, 4, 4, 1, 0, 3}) {
        fill(ring, written, portion);
        const auto reading = ring.read(cursor);
        expectNumbers(reading.points, written, static_cast<std::size_t>(portion));
        EXPECT_EQ(reading.lost, 0u);
        cursor = reading.next;
        written += portion;
    }
}

TEST(SeriesRing, APositionInTheFutureReadsNothing) {
    SeriesRing ring(4);
    fill(ring, 0, 2);
    const auto reading = ring.read(50);
    EXPECT_TRUE(reading.points.empty());
    EXPECT_EQ(reading.lost, 0u);
    EXPECT_EQ(reading.next, 2u);
}

TEST(SeriesRing, ACapacityOfOneKeepsTheNewest) {
    SeriesRing ring(1);
    fill(ring, 0, 3);
    const auto reading = ring.read(1);
    expectNumbers(reading.points, 2, 1);
    EXPECT_EQ(reading.lost, 1u);
}

TEST(SeriesRing, NeedsRoom) { EXPECT_THROW(SeriesRing(0), std::invalid_argument); }

TEST(SeriesRing, AReaderBesideTheWriterMissesNothingUnmarked) {
    constexpr std::int64_t kPoints = 20000;
    SeriesRing ring(64);
    std::thread writer([&] { fill(ring, 0, kPoints); });
    std::uint64_t cursor = 0;
    while (cursor < kPoints) {
        const auto reading = ring.read(cursor);
        ASSERT_EQ(reading.next, cursor + reading.lost + reading.points.size());
        if (!reading.points.empty()) {
            EXPECT_EQ(reading.points.front().value, static_cast<double>(cursor + reading.lost));
            EXPECT_EQ(reading.points.back().value, static_cast<double>(reading.next - 1));
        }
        cursor = reading.next;
    }
    writer.join();
}

} // namespace
} // namespace dinoscope
