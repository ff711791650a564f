// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"

#include <vector>

namespace dinoscope {

/// Every metric of a run; the value is the index into metricList().
enum class Metric : std::uint32_t {
    loss,
    teacherEntropy,
    kl,
    knnStudent,
    knnTeacher,
    linearStudent,
    linearTeacher,
    learningRate,
    weightDecay,
    momentum,
    studentTemperature,
    teacherTemperature,
    imagesPerSecond,
    waitShare,
    gradientNorm,
    centerNorm,
    spreadStudent,
    spreadTeacher,
    winnersStudent,
    winnersTeacher
};

/// The declarations, in the order of Metric.
const std::vector<MetricSpec>& metricList();

} // namespace dinoscope
