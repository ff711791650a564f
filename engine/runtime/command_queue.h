// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace dinoscope {

struct PostedCommand {
    CommandId id = 0;
    Command command;
};

/// Commands on their way from any thread to the engine thread, in the order of their ids. Unbounded: a command is never
/// lost. All members may be called from any thread; only waitForNews() blocks.
class CommandQueue {
public:
    struct Receipt {
        CommandId id = 0;
        bool accepted = false; ///< false: the queue is shut, nobody will read the command
    };

    Receipt push(Command command);

    std::deque<PostedCommand> takeAll();

    /// Asks the engine thread to end. Commands are still taken until shut().
    void requestClose();
    bool closeRequested() const;

    /// Nothing is accepted from now on. @returns what was left.
    std::deque<PostedCommand> shut();

    /// Ends a waitForNews(), or the next one.
    void wake();

    /// Blocks until a command waits, wake() or requestClose() was called.
    void waitForNews();

private:
    mutable std::mutex mutex_;
    std::condition_variable news_;
    std::deque<PostedCommand> waiting_;
    CommandId lastId_ = 0;
    bool closeRequested_ = false;
    bool woken_ = false;
    bool shut_ = false;
};

} // namespace dinoscope
