// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/optim/schedules.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dinoscope {
namespace {

/// Point `index` of `count` evenly spaced ones from `first` to `last`, as NumPy's linspace gives it.
double evenlySpaced(double first, double last, std::int64_t count, std::int64_t index) {
    if (count > 1 && index == count - 1)
        return last;
    if (count <= 1)
        return first;
    return static_cast<double>(index) * ((last - first) / static_cast<double>(count - 1)) + first;
}

} // namespace

CosineSchedule::CosineSchedule(double base, double end, std::int64_t steps, std::int64_t warmupSteps,
                               double warmupStart)
    : base_(base), end_(end), warmupStart_(warmupStart), steps_(std::max<std::int64_t>(steps, 1)),
      warmupSteps_(std::max<std::int64_t>(warmupSteps, 0)) {}

double CosineSchedule::at(std::int64_t step) const {
    step = std::clamp<std::int64_t>(step, 0, steps_ - 1);
    if (step < warmupSteps_)
        return evenlySpaced(warmupStart_, base_, warmupSteps_, step);
    // NumPy's order: towards the end 1 + cos cancels and the last bit of the angle counts.
    const double angle =
        std::numbers::pi * static_cast<double>(step - warmupSteps_) / static_cast<double>(steps_ - warmupSteps_);
    return end_ + 0.5 * (base_ - end_) * (1 + std::cos(angle));
}

double teacherTemperatureAt(std::int64_t epoch, double first, double last, std::int64_t warmupEpochs) {
    return epoch < warmupEpochs ? evenlySpaced(first, last, warmupEpochs, epoch) : last;
}

} // namespace dinoscope
