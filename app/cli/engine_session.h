// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// One engine in the hands of a program without a window: posts commands, waits, keeps what came out. Obeys Interrupts:
/// the first signal ends the run or the job, the second also skips its closing evaluation, and what is not over two
/// seconds later ends the program. Main thread only.
class EngineSession {
public:
    /// Told after everything new has been taken in.
    using Watcher = std::function<void(const EngineSession& session, const Drained& news)>;

    explicit EngineSession(std::unique_ptr<Engine> engine);
    ~EngineSession();

    Engine& engine() const { return *engine_; }
    void setWatcher(Watcher watcher) { watcher_ = std::move(watcher); }

    /// Prepares a run by an OpenCommand or a LoadCommand and lets it train to its end. Blocks.
    /// @throws Failure as the engine refused or the run failed; a run that was interrupted has simply ended.
    void train(const Command& prepare);

    /// What went wrong after the last step of a run that has otherwise come to its end: its evaluation, its checkpoint.
    std::optional<Error> failureAtTheEnd() const;

    /// Lets the engine do longer work. Blocks. @throws Failure as the engine refused or as the work ended.
    JobAnswer perform(const JobRequest& request);

    /// Whether a line of the log says what train() or perform() throws as a Failure, so that it need not be said twice.
    bool endsTheProgram(const LogLine& line) const;

    std::shared_ptr<const Snapshot> snapshot() const { return engine_->snapshot(); }
    bool interrupted() const { return interruptsObeyed_ > 0; }
    /// The newest value of a metric; nothing if it was never measured.
    std::optional<double> newest(const std::string& metric) const;
    /// Index of a metric in the catalogue. @throws std::out_of_range.
    std::uint32_t indexOf(const std::string& metric) const;

private:
    /// Posts and waits for the acknowledgement. @throws Failure when it is a refusal, unless a person gave up.
    void perform(Command command);
    void pump();
    void obeyInterrupts();
    bool hasEnded() const;

    std::unique_ptr<Engine> engine_;
    Watcher watcher_;
    DrainCursor cursor_;
    std::map<CommandId, std::optional<Error>> answers_;
    std::map<std::uint32_t, double> newest_;
    std::map<JobId, JobResult> ended_;
    JobId job_ = 0; ///< that waits for its end; 0: none
    int interruptsObeyed_ = 0;
    std::chrono::steady_clock::time_point lastInterrupt_;
};

} // namespace dinoscope
