// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

class FieldList;

/// When a run saves checkpoints by itself, and which of them it keeps.
struct SaveOptions {
    double everyMinutes = 5;      ///< of training time; 0: not by time
    std::int64_t everyEpochs = 0; ///< 0: not by epochs
    std::int64_t keepLast = 3;
    std::int64_t keepEveryEpochs = 0;
    bool keepBest = true;
    bool tensorBoard = false; ///< writes an event file while it trains
};

void declare(FieldList& fields, SaveOptions& options);

} // namespace dinoscope
