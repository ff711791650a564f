// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>

namespace dinoscope {

/// The runtime's only source of time; tests put their own in its place.
class EngineClock {
public:
    virtual ~EngineClock() = default;
    /// Time since some fixed moment; never goes back. Any thread.
    virtual std::chrono::nanoseconds now() const = 0;
};

/// The steady clock of the machine.
std::shared_ptr<const EngineClock> machineClock();

} // namespace dinoscope
