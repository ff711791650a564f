// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <QString>

namespace dinoscope {

/// How long the disk of a run suffices.
struct DiskForecast {
    QString sentence;
    bool isTight = false; ///< fewer than three more checkpoints fit
};

/// From what a run's folder holds. A checkpoint needs as much as the newest whole one; the rate is that of the two
/// newest whole ones, in minutes of training. Says what would be if none were deleted, and that where it matters.
DiskForecast forecastDisk(const RunReport& report);

} // namespace dinoscope
