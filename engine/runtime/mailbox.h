// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace dinoscope {

/// Holds the newest immutable value. Any thread; readers and writer meet only for the copy of a pointer.
template <class Value> class Mailbox {
public:
    Mailbox() : value_(std::make_shared<const Value>()) {}

    void put(std::shared_ptr<const Value> value) {
        const std::lock_guard lock(mutex_);
        value_.swap(value); // the old value dies after the lock
    }
    std::shared_ptr<const Value> newest() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Value> value_;
};

} // namespace dinoscope
