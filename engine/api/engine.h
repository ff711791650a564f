// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "engine/api/metric.h"
#include "engine/api/snapshot.h"

#include <functional>
#include <memory>
#include <vector>

namespace dinoscope {

enum class LogLevel { info, warning, error };

/// A sentence about what happened.
struct LogLine {
    LogLevel level = LogLevel::info;
    Step step{};
    std::string text;
};

/// Position of one reader in the outgoing streams. A fresh one starts with what is still kept.
struct DrainCursor {
    std::uint64_t points = 0;
    std::uint64_t events = 0;
};

struct Drained {
    std::vector<MetricPoint> points;
    std::uint64_t lostPoints = 0; ///< gap mark: so many points before `points` were overwritten
    std::vector<Acknowledgement> acknowledgements;
    std::vector<LogLine> log;
    std::vector<JobResult> jobs; ///< one for each job that has ended
    DrainCursor next;
};

/// A named choice with its help, for backbones, objectives and probes.
struct NamedEntry {
    std::string id, label, help;
};

/// Everything the engine declares, constant over its life.
struct EngineCatalog {
    ParamTable params;
    std::vector<Preset> presets;
    std::vector<MetricSpec> metrics;
    std::vector<NamedEntry> backbones, objectives, probes;
};

/// The only way in and out of the engine. All members may be called from any thread; none blocks for longer than a
/// copy, except close().
class Engine {
public:
    virtual ~Engine() = default;

    virtual const EngineCatalog& catalog() const = 0;

    /// Queues a command. It ends in exactly one acknowledgement with the returned id.
    virtual CommandId post(Command command) = 0;

    /// The newest snapshot; never null.
    virtual std::shared_ptr<const Snapshot> snapshot() const = 0;

    /// What is new since `cursor`.
    virtual Drained drain(const DrainCursor& cursor) = 0;

    /// Finished probes since the last call; of each kind only the newest.
    virtual std::vector<ProbeResult> takeResults() = 0;

    /// Called on the engine's thread, at most once until the next drain(): something new waits. Must not block.
    virtual void setWake(std::function<void()> wake) = 0;

    /// Ends the run as Stop does, then the thread. Blocks until it has ended. Posting afterwards is refused.
    virtual void close() = 0;
};

} // namespace dinoscope
