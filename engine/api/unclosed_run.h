// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

namespace dinoscope {

/// The file in a run's folder that is locked while a process writes there. It holds text from the moment a run is
/// opened until it is closed in order; text without a lock is a run that ended otherwise.
inline constexpr const char* kRunLockFile = "lock";

/// A run whose process ended without closing it.
struct UnclosedRun {
    std::string folder;
    std::string crashReport; ///< path; empty: the process left none, as when it was killed or the power failed
    bool hasCheckpoint = false;
};

// Each of these reads names and a few bytes from the disk, nothing of the checkpoints themselves. Any thread.

/// Nothing if the run in this folder was closed, is open in a living process, or is none.
std::optional<UnclosedRun> unclosedRun(const std::string& folder);

/// Whether a living process, this one included, has the run in this folder open.
bool isRunOpen(const std::string& folder);

/// Of the runs below a folder that ended so and have a checkpoint to go on from, the one that was opened last.
std::optional<UnclosedRun> newestUnclosedRun(const std::string& runsFolder);

/// The command that goes on with a run, quoted for a shell.
std::string continueCommand(const std::string& folder);

} // namespace dinoscope
