// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace dinoscope {

/// When events are posted to measure how long they wait. The defaults last 60 s.
struct LatencySchedule {
    int events = 3000;
    std::chrono::milliseconds interval{20};
};

/// The nearest-rank percentile: the smallest value that at least `percent` % (1 to 100) of all values do not exceed.
/// `sorted` ascends and is not empty.
std::chrono::nanoseconds nearestRank(const std::vector<std::chrono::nanoseconds>& sorted, int percent);

/// The line of --report-latency over the latencies of all events, in any order; says so if there are fewer than
/// planned.
std::string latencyLine(std::vector<std::chrono::nanoseconds> latencies, const LatencySchedule& planned);

} // namespace dinoscope
