// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fakes/fake_engine.h"
#include "tests/fakes/manual_clock.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace dinoscope {

/// A clock on which much time passes between any two looks at it: whatever is published "sometimes" is published.
class LeapingClock : public EngineClock {
public:
    std::chrono::nanoseconds now() const override { return std::chrono::seconds(++looks_); }

private:
    mutable std::atomic<std::int64_t> looks_{0};
};

/// An engine around a scripted runner, and its reader. Time stands still unless a test moves it or brings a clock; a
/// run is planned far longer than any test. For one thread, which waits for news of the engine and never for time; a
/// wait in vain throws after a minute.
class EngineBench {
public:
    EngineBench();
    explicit EngineBench(std::shared_ptr<Script> script, std::shared_ptr<const EngineClock> clock = nullptr,
                         std::size_t ringCapacity = std::size_t{1} << 16);
    EngineBench(const EngineBench&) = delete;
    EngineBench& operator=(const EngineBench&) = delete;
    /// Opens the gate and closes.
    ~EngineBench();

    Engine& engine() { return *engine_; }
    Script& script() { return *script_; }
    Gate& gate() { return script_->gate; }
    void advance(std::chrono::nanoseconds by) { clock_->advance(by); }

    CommandId post(Command command) { return engine_->post(std::move(command)); }
    /// Waits for the acknowledgement of a posted command.
    Acknowledgement answerTo(CommandId id);
    Acknowledgement ask(Command command) { return answerTo(post(std::move(command))); }
    /// The same, where it has to be applied.
    void apply(Command command);

    /// What happened before `holds` came true has been drained afterwards.
    void waitUntil(const std::string& what, const std::function<bool()>& holds);
    void waitFor(RunState state);
    /// Waits until a probe with this id has been answered; answers that came before are thrown away.
    ProbeResult answerOf(JobId id);
    /// Waits for the end of a job.
    JobResult endOfJob(JobId id);

    std::shared_ptr<const Snapshot> snapshot() const { return engine_->snapshot(); }
    RunState state() const { return snapshot()->state; }

    /// Opens a run and lets it make so many steps: ready, or paused after them.
    void openAt(std::int64_t steps);
    /// Opens a run and holds it in its first step.
    void openInStep();

    /// How often the runner was called.
    int calls(const std::string& point) const;
    /// The calls of the runner, in order, those of `points` only.
    std::vector<std::string> order(const std::vector<std::string>& points) const;

    void drain();
    /// Everything that was drained so far.
    std::vector<Acknowledgement> acknowledgements;
    std::vector<MetricPoint> points;
    std::vector<LogLine> lines;
    std::vector<JobResult> jobs;

    std::vector<double> valuesOf(const char* metric) const;
    bool logs(const std::string& part) const;

private:
    std::shared_ptr<Script> script_;
    std::shared_ptr<ManualClock> clock_ = std::make_shared<ManualClock>();
    std::mutex mutex_;
    std::condition_variable news_;
    bool woken_ = false;
    DrainCursor cursor_;
    std::unique_ptr<Engine> engine_; ///< dies first, so that it wakes nobody who is gone
};

/// A script whose run is planned longer than any test goes on.
std::shared_ptr<Script> endlessScript();

} // namespace dinoscope
