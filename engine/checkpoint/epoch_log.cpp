// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/epoch_log.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace dinoscope {
namespace {

/// The official name of a column where there is one.
std::string columnName(const std::string& id) {
    if (id == "loss")
        return "train_loss";
    if (id == "lr")
        return "train_lr";
    if (id == "weight_decay")
        return "train_wd";
    return id;
}

} // namespace

EpochLog::EpochLog(const std::vector<MetricSpec>& metrics) {
    for (const MetricSpec& metric : metrics) {
        ids_.push_back(metric.id);
        keepsLast_.push_back(metric.unit == "%"); // accuracies, which belong to a moment
    }
}

void EpochLog::add(const MetricPoint& point) {
    if (point.metric == 0)
        ++steps_;
    if (!std::isfinite(point.value))
        return;
    Sum& sum = sums_[point.metric];
    sum.total += point.value;
    sum.last = point.value;
    ++sum.count;
}

std::string EpochLog::finishEpoch(Epoch epoch, Step step, std::int64_t plannedSteps, double seconds) {
    nlohmann::ordered_json line;
    for (const auto& [metric, sum] : sums_)
        line[columnName(ids_[metric])] = keepsLast_[metric] ? sum.last : sum.total / static_cast<double>(sum.count);
    line["epoch"] = epoch.value;
    line["step"] = step.value;
    line["steps_in_epoch"] = steps_;
    line["train_seconds"] = seconds;
    if (steps_ < plannedSteps)
        line["partial"] = true;
    steps_ = 0;
    sums_.clear();
    return line.dump();
}

} // namespace dinoscope
