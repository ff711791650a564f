// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint_writer.h"
#include "engine/checkpoint/save_options.h"
#include "engine/runtime/step_runner.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace dinoscope {

/// Decides when a run saves a checkpoint, and says what came of it. A save that is due waits while another is in work.
/// Engine thread.
class RunSaver {
public:
    /// Copies the state of the run into host memory.
    using Content = std::function<CheckpointContent()>;

    /// `flush` makes sure that what was recorded is on the disk; it is called in the writer's thread.
    RunSaver(const std::string& folder, const SaveOptions& options, Content content, std::function<void()> flush);

    void change(const SaveOptions& options) { options_ = options; }
    /// Called in another thread when a save has ended.
    void onEnd(std::function<void()> call) { writer_.onEnd(std::move(call)); }

    /// The state after `step` steps is on the disk already, or need not be.
    void startFrom(std::int64_t step, double trainSeconds);
    /// To be called after each step.
    void stepEnded(std::int64_t step, std::int64_t stepsPerEpoch, double trainSeconds);
    /// The next checkpoint is one that stays for good.
    void askByHand(const std::string& note);
    /// Tells the outcome of a save, and begins one that is due. Between steps, when nothing else is in work.
    /// @returns whether a save has ended.
    bool tend(RunnerOutput& output, bool mayBegin);

    /// Why the checkpoint that was tried last was not saved; nothing: it was.
    const std::optional<Error>& failure() const { return failure_; }

    /// The last checkpoint of a run, as work in slices of at most 20 ms. A slice throws EngineError if it was not
    /// saved.
    void beginClosing() {
        closing_ = true;
        closingTried_ = false;
    }
    bool isClosing() const { return closing_; }
    void giveUpClosing() { closing_ = false; }
    void closingSlice(RunnerOutput& output);
    /// Waits for the save in work and tells its outcome.
    void finish(RunnerOutput& output);

private:
    void begin();
    [[noreturn]] void failClosing(const CheckpointWriter::Outcome& outcome);
    void tell(RunnerOutput& output, const CheckpointWriter::Outcome& outcome);

    SaveOptions options_;
    Content content_;
    std::function<void()> flush_;
    std::int64_t step_ = 0;       ///< of the run
    double trainSeconds_ = 0;     ///< of the run
    std::int64_t savedStep_ = -1; ///< of the newest save, begun or finished
    double savedSeconds_ = 0;
    bool due_ = false, closing_ = false, closingTried_ = false;
    std::optional<std::string> byHand_; ///< its note
    std::optional<Error> failure_;
    CheckpointWriter writer_; ///< last, so that its thread ends first
};

} // namespace dinoscope
