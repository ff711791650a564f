// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/train/replay.h"

#include <string>
#include <vector>

namespace dinoscope {

/// A recording on disk: the folder of a trace or of pictures, or a file of single calls.
struct Recording {
    std::string kind; ///< "trace", "forward", "loss", "knn", "schedules", "image-ops", "crop statistics"
    std::string path;
};

struct FoundRecordings {
    std::vector<Recording> recordings;
    std::vector<std::string> skipped; ///< folders and files whose kind is not known
};

/// What `path` holds: itself a recording, or a folder of recordings, at most four folders deep. What a file is follows
/// from its contents, not from its name. Blocks.
/// @throws EngineError(notFound) if there is nothing at `path`; EngineError(badInput) for a single file that cannot be
/// read.
FoundRecordings findRecordings(const std::string& path);

/// The replay of one recording; see replay.h.
Slices<ReplayReport> replay(const Recording& recording, const ReplayOptions& options);

} // namespace dinoscope
