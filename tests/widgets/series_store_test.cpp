// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/series_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace dinoscope {
namespace {

std::vector<double> plainAverage(const std::vector<double>& y, double smoothing) {
    std::vector<double> result;
    double average = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        average = smoothing * average + (1 - smoothing) * y[i];
        result.push_back(average / (1 - std::pow(smoothing, static_cast<double>(i + 1))));
    }
    return result;
}

TEST(SeriesStore, TakesFinitePointsOnce) {
    SeriesStore store;
    EXPECT_TRUE(store.append(1, 2));
    EXPECT_FALSE(store.append(1, 3));
    EXPECT_FALSE(store.append(2, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(store.append(std::numeric_limits<double>::infinity(), 1));
    EXPECT_EQ(store.size(), 1U);
    EXPECT_EQ(store.valueAt(0.5), std::nullopt);
    EXPECT_EQ(store.valueAt(9), 2);
}

TEST(SeriesStore, LatePointsAreSmoothedAsIfTheyHadComeInTime) {
    std::mt19937 random(3);
    std::vector<int> order(2000);
    for (int i = 0; i < 2000; ++i)
        order[static_cast<std::size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), random);
    SeriesStore store;
    store.setSmoothing(0.9);
    for (const int step : order) {
        store.append(step, std::sin(0.01 * step));
        if (step % 100 == 0)
            store.smoothed();
    }
    ASSERT_TRUE(std::is_sorted(store.x().begin(), store.x().end()));
    const std::vector<double> expected = plainAverage(store.y(), 0.9);
    ASSERT_EQ(store.smoothed().size(), 2000U);
    for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(store.smoothed()[i], expected[i], 1e-12) << i;
}

TEST(SeriesStore, EveryColumnKeepsItsExtremes) {
    std::mt19937 random(4);
    std::normal_distribution<double> noise(0, 1);
    SeriesStore store;
    for (int i = 0; i < 100'003; ++i) {
        store.append(i, noise(random));
        if (i % 10'007 == 0) // the pyramids grow in pieces
            store.smoothed();
    }
    constexpr int kColumns = 50;
    const double low = 1000, high = 91'000, width = (high - low) / kColumns;
    const SeriesStore::Sample sample = store.sample(low, high, kColumns, false);
    EXPECT_LE(sample.x.size(), 4U * kColumns);
    EXPECT_LE(sample.smoothX.size(), 2U * kColumns);
    EXPECT_TRUE(std::is_sorted(sample.x.begin(), sample.x.end()));
    for (int column = 1; column + 1 < kColumns; ++column) {
        const auto from = static_cast<std::size_t>(low + column * width),
                   to = static_cast<std::size_t>(low + (column + 1) * width);
        double least = INFINITY, most = -INFINITY;
        for (std::size_t i = 0; i < sample.x.size(); ++i)
            if (sample.x[i] >= static_cast<double>(from) && sample.x[i] < static_cast<double>(to)) {
                least = std::min(least, sample.y[i]);
                most = std::max(most, sample.y[i]);
            }
        const auto begin = store.y().begin();
        EXPECT_EQ(least, *std::min_element(begin + static_cast<std::ptrdiff_t>(from),
                                           begin + static_cast<std::ptrdiff_t>(to)));
        EXPECT_EQ(most, *std::max_element(begin + static_cast<std::ptrdiff_t>(from),
                                          begin + static_cast<std::ptrdiff_t>(to)));
    }
}

TEST(SeriesStore, LogarithmicColumnsKeepTheBeginning) {
    SeriesStore store;
    for (int i = 1; i <= 100'000; ++i)
        store.append(i, i);
    const SeriesStore::Sample sample = store.sample(1, 100'000, 100, true);
    EXPECT_GE(std::count_if(sample.x.begin(), sample.x.end(), [](double x) { return x <= 100; }), 30);
}

TEST(SeriesStore, FewPointsAreTakenAsTheyAreWithOneNeighbour) {
    SeriesStore store;
    for (int i = 0; i < 100; ++i)
        store.append(i, -i);
    const SeriesStore::Sample sample = store.sample(10.5, 20.5, 500, false);
    ASSERT_EQ(sample.x.size(), 12U);
    EXPECT_EQ(sample.x.front(), 10);
    EXPECT_EQ(sample.x.back(), 21);
    EXPECT_EQ(sample.y.back(), -21);
    EXPECT_TRUE(store.sample(5, 5, 10, false).x.empty());
    store.clear();
    EXPECT_TRUE(store.sample(0, 10, 10, false).x.empty());
    EXPECT_EQ(store.bulk(false), std::nullopt);
}

TEST(SeriesStore, ASpikeDoesNotWidenTheBulk) {
    SeriesStore store;
    for (int i = 0; i < 50'000; ++i)
        store.append(i, i == 777 ? 1e6 : i % 10 - 2);
    const auto bulk = store.bulk(false);
    ASSERT_TRUE(bulk);
    EXPECT_EQ(bulk->first, -2);
    EXPECT_EQ(bulk->second, 7);
    EXPECT_EQ(store.bulk(true)->first, 1);
}

} // namespace
} // namespace dinoscope
