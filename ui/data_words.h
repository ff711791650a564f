// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/scan.h"
#include "engine/api/snapshot.h"

#include <QString>

#include <optional>
#include <vector>

namespace dinoscope {

// What is known of a set of pictures, in sentences. Any thread.

/// "60,000 pictures to train on, in 10 classes; grey."
QString wordsOf(const RunInfo& run);
/// "70,000 pictures, 10,000 of them to measure with: all can be used. 41 MB in files."
QString wordsOf(const ScanReport& report);
/// What a look at the names of files has found: "796 pictures in 18 classes, 79 of them to measure with."
QString foundWords(const ScanReport& report);
/// "From 28 x 28 to 320 x 240 pixels."; empty if no picture can be used.
QString sizeWords(const ScanReport& report);
/// What the memory holds of the pictures and how much was read, or why it holds none. `cache_mb` is the run's
/// data.cache_mb, if that is known.
QString cacheWords(const std::optional<CacheState>& cache, std::optional<std::int64_t> cacheMb);
/// "ok", "cut off", ...: sentence-case for a column.
QString verdictText(PictureVerdict verdict);
/// "0.2860 0.3205 0.4012": what augment.mean and augment.std take.
QString channelText(const std::vector<double>& values);

} // namespace dinoscope
