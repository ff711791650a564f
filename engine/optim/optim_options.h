// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace dinoscope {

class FieldList;

/// How parameters are updated, and all schedules. Defaults are those of main_dino.py.
struct OptimOptions {
    std::string optimizer = "adamw"; ///< adamw | sgd | lars
    double lr = 0.0005;              ///< for 256 pictures a step; the peak is lr * batch / 256
    double minLr = 1e-6;             ///< end of the cosine, not scaled
    std::int64_t warmupEpochs = 10;
    std::int64_t warmupSteps = 0; ///< 0: warmupEpochs counts
    double weightDecay = 0.04, weightDecayEnd = 0.4;
    double clipGrad = 3.0;                 ///< largest norm of one tensor's gradient; 0: no clipping
    std::int64_t freezeLastLayer = 1;      ///< epochs
    std::int64_t freezeLastLayerSteps = 0; ///< 0: freezeLastLayer counts
    double momentumTeacher = 0.996;        ///< start of the EMA momentum, which ends at 1
    std::int64_t epochs = 100;
};

void declare(FieldList& fields, OptimOptions& options);

/// Lengths of a run in steps.
struct SchedulePlan {
    std::int64_t stepsPerEpoch = 1, totalSteps = 1, warmupSteps = 0, freezeSteps = 0;
};

/// @throws EngineError(badParameter) if an epoch would have no step.
SchedulePlan planSchedule(const OptimOptions& options, std::int64_t stepsPerEpoch);

} // namespace dinoscope
