// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/engine_session.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace dinoscope {

/// Shows on standard error how a run goes: on a terminal one line that is rewritten, else a new line every few seconds.
/// Messages of the run are printed above it; an error once the state after it is known, which says whether it ends the
/// program. The session outlives the line.
class ProgressLine {
public:
    ProgressLine();
    ~ProgressLine() { finish(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(const EngineSession& session, const Drained& news);
    /// Ends the line.
    void finish();

private:
    void clear();
    void showLog(const EngineSession& session, bool all);

    const EngineSession* session_ = nullptr;
    std::deque<std::pair<LogLine, std::uint64_t>> waiting_; ///< with the revision of the state when it came
    bool isTerminal_;
    std::string shown_;
    std::chrono::steady_clock::time_point shownAt_{};
};

/// "1:05" or "2:03:04"; "?" for a negative time.
std::string clockText(double seconds);

} // namespace dinoscope
