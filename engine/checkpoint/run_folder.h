// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/folder_lock.h"
#include "engine/checkpoint/metrics_store.h"
#include "engine/checkpoint/run_journal.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dinoscope {

/// The path of a run's folder as it is written everywhere: without slashes at its end.
std::string runFolderPath(std::string path);

/// Where a run goes on in its own folder; all that was recorded later is forgotten.
struct Continuation {
    Step step{};
    Epoch epoch{};            ///< the one that `step` belongs to: its line of the log is written again
    std::int64_t changes = 0; ///< live changes up to there
};
/// Before everything that was recorded.
inline constexpr Continuation kFromTheBeginning{Step{-1}, Epoch{0}, 0};

/// The folder of one run: config.toml (every value), metrics.sqlite (every point and live change), log.txt (one JSON
/// object a line, one line an epoch), intervention.jsonl (one a live change), on request `events` for TensorBoard. A
/// thread of its own writes, so that no step waits for the disk. When writing fails the data stay in memory and are
/// tried again; the failure is told once through takeProblem() until it has passed.
class RunFolder {
public:
    /// Makes the folder and config.toml.
    /// @throws EngineError: the folder exists and is not empty, or cannot be made or written.
    RunFolder(std::string path, const std::vector<MetricSpec>& metrics, const std::string& configText,
              bool events = false);
    /// Goes on in the folder of a former run.
    /// @throws EngineError: there is no run, it is open elsewhere, was written by another version, or cannot be
    /// written.
    RunFolder(std::string path, const std::vector<MetricSpec>& metrics, const Continuation& from, bool events = false);
    /// Writes what waits, then joins.
    ~RunFolder();

    // The members below may be called from one thread other than the writer, flush() from any; none but flush() and
    // history() blocks.
    void add(const MetricPoint& point);
    void addChange(LiveChange change);
    /// Appends a line to log.txt.
    void addLogLine(std::string line);
    /// A sentence about a failure that has not been told yet; empty if there is none.
    std::string takeProblem();
    /// Blocks until everything so far is on the disk or writing failed. @returns false if it failed.
    bool flush();
    /// The run has come to an orderly end. Without it, the folder says that the run was left.
    void close() { lock_->markClosed(); }
    /// Flushes, then reads. @throws EngineError(io).
    std::vector<MetricPoint> history(Step from);

    const std::string& path() const { return path_; }

private:
    struct Batch {
        std::vector<MetricPoint> points;
        std::vector<LiveChange> changes;
        std::vector<std::string> lines;
        bool empty() const { return points.empty() && changes.empty() && lines.empty(); }
    };

    void writerLoop();
    /// Writes `batch` and empties what was written; `sync`: and waits for the disk. @returns the sentence of a failure,
    /// or an empty one.
    std::string write(Batch& batch, bool sync);
    void appendLines(const std::vector<std::string>& lines);

    void startWriter();

    std::string path_;
    std::unique_ptr<FolderLock> lock_;
    RunJournal journal_;                  // used by the writer
    std::unique_ptr<MetricsStore> store_; // used by the writer, and by history() while the writer is idle
    std::mutex storeMutex_;
    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    Batch waiting_;
    std::string problem_;
    bool failing_ = false, closing_ = false;
    std::uint64_t flushAsked_ = 0, flushDone_ = 0; // tickets
    std::thread writer_;
};

} // namespace dinoscope
