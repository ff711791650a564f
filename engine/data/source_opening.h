// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/open_source.h"
#include "engine/data/reading_threads.h"

#include <functional>
#include <string>

namespace dinoscope {

/// openSource() in a thread of its own, so that others can go on meanwhile, however large or slow the folder is. One
/// caller.
class SourceOpening {
public:
    /// Begins.
    SourceOpening(const std::string& path, SourceOptions options = {});
    /// Gives up what is not done. A folder that does not answer is left to its thread.
    ~SourceOpening();

    /// Waits until the source is open, at most for `limit`. @returns whether it is, or has failed.
    bool wait(std::chrono::milliseconds limit) { return task_.wait(limit); }
    /// After wait() returned true; once. @throws EngineError as openSource().
    DataSets take() { return task_.take(); }
    WorkProgress progress() const { return watch_->progress(); }

private:
    const OpenWatchPtr watch_;
    ReadingTask<DataSets> task_;
};

/// openSource() that tells how far it has come, about 20 times a second. Blocks.
/// @throws EngineError as openSource(); (cancelled) soon after `goOn` returns false, even if the folder does not
/// answer.
DataSets openSource(const std::string& path, const SourceOptions& options,
                    const std::function<bool(const WorkProgress&)>& goOn);

} // namespace dinoscope
