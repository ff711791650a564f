// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"

#include <map>
#include <string>
#include <vector>

namespace dinoscope {

/// Collects the points of one epoch and makes its line of log.txt: one JSON object with the official key names
/// (train_loss, train_lr, train_wd: means over the epoch; epoch, counted from 0; facebookresearch/dino, main_dino.py)
/// and, under the metric's own id, the mean of every other per-step metric and the last value of the accuracies.
class EpochLog {
public:
    explicit EpochLog(const std::vector<MetricSpec>& metrics);

    void add(const MetricPoint& point);
    bool empty() const { return steps_ == 0; }
    /// The line, without line feed, and a fresh start. `planned` is the number of steps of a whole epoch; fewer mark
    /// the epoch as partial.
    std::string finishEpoch(Epoch epoch, Step step, std::int64_t plannedSteps, double seconds);

private:
    struct Sum {
        double total = 0, last = 0;
        std::int64_t count = 0;
    };
    std::vector<std::string> ids_;
    std::vector<bool> keepsLast_;
    std::map<std::uint32_t, Sum> sums_;
    std::int64_t steps_ = 0;
};

} // namespace dinoscope
