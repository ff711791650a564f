// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

/// The official schedule (utils.py, cosine_scheduler), a value a step in double precision: over the warm-up a straight
/// line from 0 to the base, both ends included; then from base to end by half a cosine that approaches the end and does
/// not hit it. Steps beyond the length keep the last value.
class CosineSchedule {
public:
    CosineSchedule() = default;
    CosineSchedule(double base, double end, std::int64_t steps, std::int64_t warmupSteps = 0, double warmupStart = 0);

    double at(std::int64_t step) const;
    double base() const { return base_; }
    double end() const { return end_; }
    /// Live changes; in force for every step asked for afterwards.
    void setBase(double base) { base_ = base; }
    void setEnd(double end) { end_ = end; }

private:
    double base_ = 0, end_ = 0, warmupStart_ = 0;
    std::int64_t steps_ = 1, warmupSteps_ = 0;
};

/// Teacher temperature of an epoch (main_dino.py, DINOLoss): a straight line over `warmupEpochs` points from `first` to
/// `last`, then `last`.
double teacherTemperatureAt(std::int64_t epoch, double first, double last, std::int64_t warmupEpochs);

} // namespace dinoscope
