// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/series_ring.h"

#include <algorithm>
#include <stdexcept>

namespace dinoscope {

SeriesRing::SeriesRing(std::size_t capacity) : capacity_(capacity) {
    if (capacity == 0)
        throw std::invalid_argument("a series ring needs room for at least one point");
}

void SeriesRing::append(const MetricPoint& point) {
    const std::lock_guard lock(mutex_);
    if (points_.size() < capacity_)
        points_.push_back(point);
    else
        points_[static_cast<std::size_t>(recorded_ % capacity_)] = point;
    ++recorded_;
}

SeriesRing::Reading SeriesRing::read(std::uint64_t from) const {
    const std::lock_guard lock(mutex_);
    Reading reading;
    reading.next = recorded_;
    const std::uint64_t oldest = recorded_ - points_.size();
    const std::uint64_t first = std::min(std::max(from, oldest), recorded_);
    reading.lost = first - std::min(from, first);
    if (first == recorded_)
        return reading;
    const auto begin = static_cast<std::ptrdiff_t>(first % capacity_);
    const auto count = static_cast<std::ptrdiff_t>(recorded_ - first);
    const auto untilEnd = std::min(count, static_cast<std::ptrdiff_t>(points_.size()) - begin);
    reading.points.reserve(static_cast<std::size_t>(count));
    reading.points.assign(points_.begin() + begin, points_.begin() + begin + untilEnd);
    reading.points.insert(reading.points.end(), points_.begin(), points_.begin() + (count - untilEnd));
    return reading;
}

} // namespace dinoscope
