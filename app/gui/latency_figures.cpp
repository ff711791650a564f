// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/latency_figures.h"

#include <algorithm>
#include <cstddef>

namespace dinoscope {
namespace {

/// With one digit after the point, whatever the locale: "20.5".
std::string tenths(double number) {
    const auto rounded = static_cast<long long>(number * 10 + 0.5);
    return std::to_string(rounded / 10) + "." + std::to_string(rounded % 10);
}

std::string milliseconds(std::chrono::nanoseconds time) {
    return tenths(std::chrono::duration<double, std::milli>(time).count()) + " ms";
}

} // namespace

std::chrono::nanoseconds nearestRank(const std::vector<std::chrono::nanoseconds>& sorted, int percent) {
    const std::size_t rank = (sorted.size() * static_cast<std::size_t>(percent) + 99) / 100;
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

std::string latencyLine(std::vector<std::chrono::nanoseconds> latencies, const LatencySchedule& planned) {
    std::sort(latencies.begin(), latencies.end());
    std::string line = "latency: " + std::to_string(latencies.size()) + " events";
    if (latencies.empty())
        return line + "; no step was trained";
    line += ", median " + milliseconds(nearestRank(latencies, 50)) + ", 90 % " +
            milliseconds(nearestRank(latencies, 90)) + ", 99 % " + milliseconds(nearestRank(latencies, 99)) +
            ", largest " + milliseconds(latencies.back());
    if (latencies.size() < static_cast<std::size_t>(planned.events)) {
        const auto seconds = [&](double events) {
            return tenths(std::chrono::duration<double>(planned.interval).count() * events);
        };
        line += "; the run ended after " + seconds(static_cast<double>(latencies.size())) + " of " +
                seconds(planned.events) + " s";
    }
    return line;
}

} // namespace dinoscope
