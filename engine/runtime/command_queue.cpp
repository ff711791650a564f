// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/command_queue.h"

#include <utility>

namespace dinoscope {

CommandQueue::Receipt CommandQueue::push(Command command) {
    Receipt receipt;
    {
        const std::lock_guard lock(mutex_);
        receipt = {++lastId_, !shut_};
        if (receipt.accepted)
            waiting_.push_back({receipt.id, std::move(command)});
    }
    news_.notify_one();
    return receipt;
}

std::deque<PostedCommand> CommandQueue::takeAll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

void CommandQueue::requestClose() {
    {
        const std::lock_guard lock(mutex_);
        closeRequested_ = true;
    }
    news_.notify_one();
}

void CommandQueue::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    news_.notify_one();
}

bool CommandQueue::closeRequested() const {
    const std::lock_guard lock(mutex_);
    return closeRequested_;
}

std::deque<PostedCommand> CommandQueue::shut() {
    const std::lock_guard lock(mutex_);
    shut_ = true;
    return std::exchange(waiting_, {});
}

void CommandQueue::waitForNews() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [&] { return !waiting_.empty() || closeRequested_ || woken_; });
    woken_ = false;
}

} // namespace dinoscope
