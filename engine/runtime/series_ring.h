// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace dinoscope {

/// The newest `capacity` metric points, numbered from 0 in the order in which they were recorded. Any number of
/// readers, each with its own position. Memory grows with use, up to the capacity. Any thread.
class SeriesRing {
public:
    /// @throws std::invalid_argument for a capacity of 0.
    explicit SeriesRing(std::size_t capacity);

    void append(const MetricPoint& point);

    struct Reading {
        std::vector<MetricPoint> points;
        std::uint64_t lost = 0; ///< so many points from `from` on were overwritten before they were read
        std::uint64_t next = 0; ///< number of the first point that was not there yet
    };
    /// All kept points with numbers of at least `from`.
    Reading read(std::uint64_t from) const;

private:
    mutable std::mutex mutex_;
    std::size_t capacity_;
    std::vector<MetricPoint> points_; ///< point n lies at n % capacity
    std::uint64_t recorded_ = 0;
};

} // namespace dinoscope
