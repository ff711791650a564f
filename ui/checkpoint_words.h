// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "widgets/time_line.h"

#include <QString>

#include <vector>

namespace dinoscope {

/// What is known of a checkpoint in one line: "Step 300 · 12 epochs done · …".
QString wordsOf(const CheckpointReport& checkpoint, bool isBest);
/// Index of the whole checkpoint with the highest accuracy; -1: none has one.
int bestOf(const RunReport& report);
std::vector<TimeLine::Stop> stopsOf(const RunReport& report);

} // namespace dinoscope
