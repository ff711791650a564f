// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/waker.h"

#include <utility>

namespace dinoscope {

void Waker::set(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    told_ = false;
}

void Waker::signal() {
    const std::lock_guard lock(mutex_);
    if (told_ || !wake_)
        return;
    told_ = true;
    wake_();
}

void Waker::rearm() {
    const std::lock_guard lock(mutex_);
    told_ = false;
}

} // namespace dinoscope
