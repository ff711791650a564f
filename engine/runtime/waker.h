// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <mutex>

namespace dinoscope {

/// Calls the reader's wake at most once until the reader has drained. Any thread. The callback runs under the waker's
/// lock: when set() returns, the former callback is not running and will not run again.
class Waker {
public:
    /// What was recorded before is not told; the reader looks once by itself.
    void set(std::function<void()> wake);
    /// Something new waits. To be called after it can be read.
    void signal();
    /// The reader is about to read. To be called before it reads.
    void rearm();

private:
    std::mutex mutex_;
    std::function<void()> wake_;
    bool told_ = false;
};

} // namespace dinoscope
