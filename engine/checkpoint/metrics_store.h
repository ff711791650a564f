// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

struct sqlite3;

namespace dinoscope {

/// A value that was changed by hand while a run was training.
struct LiveChange {
    Step step{};        ///< first step under the new value
    std::string text;   ///< "id: old -> new"
    double seconds = 0; ///< training time
};

/// The file metrics.sqlite of a run (write-ahead log, so that others can read while it grows). Tables:
///   metrics(id INTEGER PRIMARY KEY, name, label, panel, unit)
///   points(metric, step, value, seconds)       value NULL: not a finite number
///   changes(step, text, seconds)               live changes
/// One thread at a time. All members throw EngineError(io) with the file's name and SQLite's reason.
class MetricsStore {
public:
    /// Makes the file or opens an existing one.
    MetricsStore(std::string path, const std::vector<MetricSpec>& metrics);
    ~MetricsStore();
    MetricsStore(const MetricsStore&) = delete;
    MetricsStore& operator=(const MetricsStore&) = delete;

    /// Writes all or nothing.
    void append(std::span<const MetricPoint> points, std::span<const LiveChange> changes);
    /// Waits until what was appended would survive a power cut.
    void sync();
    std::vector<MetricPoint> pointsFrom(Step step) const;
    /// Forgets points after `step` and all changes but the first `changes`.
    void truncate(Step step, std::int64_t changes);
    /// The points of a file that is only read, up to a step, with the numbers that `metrics` has for their names; those
    /// of other names are left out. @throws EngineError(io).
    static std::vector<MetricPoint> pointsUpTo(const std::string& path, const std::vector<MetricSpec>& metrics,
                                               Step step);
    /// The live changes of a file that is only read. @throws EngineError(io).
    static std::vector<LiveChange> changesOf(const std::string& path);
    /// Whether an existing file numbers its metrics as `metrics` does.
    static bool agrees(const std::string& path, const std::vector<MetricSpec>& metrics);

private:
    void execute(const char* sql) const;
    [[noreturn]] void fail(const char* doing) const;

    std::string path_;
    sqlite3* database_ = nullptr;
};

} // namespace dinoscope
