// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/gate.h"

namespace dinoscope {

void Gate::hold(const std::string& point) {
    const std::lock_guard lock(mutex_);
    if (!openForGood_)
        held_.insert(point);
}

void Gate::release(const std::string& point) {
    const std::lock_guard lock(mutex_);
    held_.erase(point);
    changed_.notify_all();
}

void Gate::letOneThrough(const std::string& point) {
    const std::lock_guard lock(mutex_);
    ++passes_[point];
    changed_.notify_all();
}

void Gate::openForGood() {
    const std::lock_guard lock(mutex_);
    openForGood_ = true;
    held_.clear();
    changed_.notify_all();
}

bool Gate::isHeld(const std::string& point) const {
    const std::lock_guard lock(mutex_);
    return held_.contains(point);
}

void Gate::pass(const std::string& point) {
    std::unique_lock lock(mutex_);
    ++arrivals_[point];
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_.contains(point) || passes_[point] > 0; });
    if (held_.contains(point))
        --passes_[point];
}

void Gate::arrive(const std::string& point) {
    const std::lock_guard lock(mutex_);
    ++arrivals_[point];
    changed_.notify_all();
}

std::int64_t Gate::arrivals(const std::string& point) const {
    const std::lock_guard lock(mutex_);
    const auto found = arrivals_.find(point);
    return found == arrivals_.end() ? 0 : found->second;
}

void Gate::waitForArrivals(const std::string& point, std::int64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return arrivals_[point] >= count; });
}

} // namespace dinoscope
