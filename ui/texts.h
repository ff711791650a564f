// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"
#include "engine/api/param.h"
#include "engine/api/run_state.h"
#include "engine/api/snapshot.h"

#include <QString>

#include <cstdint>
#include <string_view>

namespace dinoscope {

// Words and numbers as the window shows them. Any thread.

inline QString textOf(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// Four significant figures, no exponent for values that people read as plain numbers.
QString numberText(double value);
/// "4 min 05 s", "2 h 10 min".
QString durationText(double seconds);
/// "1.4 GiB".
QString bytesText(std::int64_t bytes);
/// "9.7 MB", in powers of ten as file managers and the log have it.
QString fileSizeText(std::uint64_t bytes);
/// "12,800".
QString countText(std::int64_t count);
/// Sentence case, for the state display.
QString stateText(RunState state);
QString valueText(const ParamValue& value);
/// "Reading pictures: 120 of 4,000", "Looking for pictures: 12,345…" while nobody knows how many there are.
QString workText(const WorkProgress& work);
/// "now", "from the next epoch on", "in a new run".
QString effectText(TakesEffect effect);

} // namespace dinoscope
