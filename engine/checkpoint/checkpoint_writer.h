// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/checkpoint/checkpoint_store.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace dinoscope {

/// Saves checkpoints of one run in a thread of its own, one at a time, so that training waits for the copy into host
/// memory and for nothing else. The members belong to one other thread.
class CheckpointWriter {
public:
    struct Outcome {
        Step step{};
        std::optional<CheckpointEntry> entry; ///< empty: see error
        std::optional<Error> error;
    };

    /// Whoever makes it has the right to write into the folder (FolderLock). What a broken save of before left there is
    /// taken away, in the thread.
    explicit CheckpointWriter(const std::string& runFolder);
    /// Waits until the save in work is done.
    ~CheckpointWriter();

    /// A save is in work, or its outcome has not been taken.
    bool isBusy() const;
    /// Begins a save; in the thread `before` comes first, such as what must be on the disk before the checkpoint has
    /// its name. @throws EngineError(internal) while busy.
    void save(CheckpointContent content, const Retention& retention, std::function<void()> before = {});
    /// The outcome of the newest save, once; nothing while it is in work.
    std::optional<Outcome> take();
    /// The same, waiting for it; nothing if there is none.
    std::optional<Outcome> wait();
    /// The same with a limit.
    std::optional<Outcome> waitFor(std::chrono::milliseconds limit);
    /// Called in the thread after each save; set while not busy.
    void onEnd(std::function<void()> call) { onEnd_ = std::move(call); }

private:
    struct Request {
        CheckpointContent content;
        Retention retention;
        std::function<void()> before;
    };
    void work();

    CheckpointStore store_; // used by the thread alone
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Request> request_;
    std::optional<Outcome> outcome_;
    std::function<void()> onEnd_;
    bool writing_ = false, closing_ = false;
    std::thread thread_;
};

} // namespace dinoscope
