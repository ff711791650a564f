// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/gui/latency_figures.h"
#include "engine/api/snapshot.h"

#include <QObject>

#include <memory>
#include <string>
#include <vector>

namespace dinoscope {

/// Measures how long an event waits for the GUI thread while a run trains. Lives on the GUI thread.
///
/// A thread of its own, which knows no Qt and no event loop, posts the events at fixed times. The latency of an event
/// counts from the time for which it was planned to the moment when the GUI thread handles it; so a stall is paid for
/// by every event that falls into it, and a late thread cannot hide one.
class LatencyWatch : public QObject {
    Q_OBJECT

public:
    explicit LatencyWatch(LatencySchedule schedule = {}, QObject* parent = nullptr);
    ~LatencyWatch() override;

    /// Begins when a run is ready for its first training step and stops posting when the run ends.
    void follow(const Snapshot& snapshot);
    /// Reports at once what there is, unless that was done; for the end of the program.
    void end();
    /// Of the events handled so far, in the order in which they were posted.
    const std::vector<std::chrono::nanoseconds>& latencies() const { return latencies_; }

signals:
    /// Once: when all planned events, or all until the end of the run, have been handled.
    void reported(const std::string& line);

private:
    class Poster;
    void handle();
    void report();

    LatencySchedule schedule_;
    int wakeFd_ = -1;
    std::unique_ptr<Poster> poster_;
    std::vector<std::chrono::nanoseconds> latencies_;
    bool reported_ = false;
};

} // namespace dinoscope
