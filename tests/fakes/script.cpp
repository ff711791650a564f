// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/script.h"

#include "engine/support/check.h"

#include <stdexcept>

namespace dinoscope {

void Script::failNext(const std::string& point, Error error) {
    const std::lock_guard lock(mutex_);
    orders_[point] = std::move(error);
}

void Script::crashNext(const std::string& point) {
    const std::lock_guard lock(mutex_);
    orders_[point] = std::nullopt;
}

std::vector<std::string> Script::calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
}

void Script::note(const std::string& point) {
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(point);
    }
    gate.arrive(point);
    throwOrdered(point);
}

void Script::pass(const std::string& point) {
    {
        const std::lock_guard lock(mutex_);
        calls_.push_back(point);
    }
    gate.pass(point);
    throwOrdered(point);
}

void Script::throwOrdered(const std::string& point) {
    std::optional<Error> error;
    {
        const std::lock_guard lock(mutex_);
        const auto found = orders_.find(point);
        if (found == orders_.end())
            return;
        error = found->second;
        orders_.erase(found);
    }
    if (!error)
        throw std::runtime_error("ordered failure of " + point);
    throw EngineError(*error);
}

void Script::failSaves(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    saveFailure_ = std::move(error);
}

std::optional<Error> Script::saveFailure() const {
    const std::lock_guard lock(mutex_);
    return saveFailure_;
}

} // namespace dinoscope
