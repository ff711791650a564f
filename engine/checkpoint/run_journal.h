// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/metric.h"
#include "engine/checkpoint/metrics_store.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dinoscope {

/// What a run writes for other programs while it goes on: intervention.jsonl, one JSON object a live change (step, id,
/// old, new, seconds), and on request an event file for TensorBoard. What could not be written is kept and tried again.
/// One thread at a time.
class RunJournal {
public:
    /// `folder` exists; nothing is written before the first add(). `events`: of points, too.
    RunJournal(std::string folder, const std::vector<MetricSpec>& metrics, bool events);

    /// Forgets all but the first `changes` live changes; TensorBoard is told to forget what came after `step`.
    /// @throws EngineError(io)
    void truncate(Step step, std::int64_t changes);
    void add(std::span<const MetricPoint> points, std::span<const LiveChange> changes);
    /// Writes what was added. @throws EngineError(io)
    void write();

private:
    std::string changesPath_, eventsPath_;
    std::vector<std::string> tags_; ///< by metric; empty: no events
    double begun_ = 0;              ///< seconds since 1970 when the file began
    double firstSeconds_ = -1;      ///< of training at the first point
    bool eventsBegun_ = false;
    std::string changes_, events_; ///< not written yet
};

} // namespace dinoscope
