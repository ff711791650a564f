// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <cstdint>
#include <optional>
#include <string>

namespace dinoscope {

/// What a run was made with, for whoever opens its folder later.
struct RunCircumstances {
    const RunInfo* info = nullptr;
    std::int64_t seed = 0;
    std::string data;        ///< data.path
    std::string fingerprint; ///< of the training pictures
    Step from{};             ///< where it begins or goes on
    std::string origin;      ///< folder of the run or file that it goes on from; empty: it starts fresh
};

/// Adds to the file manifest.json of a run's folder: one entry each time that the run is begun or taken up, with
/// versions of program, LibTorch and compiler, machine, command line, device, threads, seed, data and their
/// fingerprint. An unreadable file is begun anew. Blocks. @throws EngineError(io).
void noteCircumstances(const std::string& folder, const RunCircumstances& circumstances);

/// RunCircumstances::origin of the beginning of a run; nothing if its folder does not tell. Blocks.
std::optional<std::string> originOf(const std::string& folder);

} // namespace dinoscope
