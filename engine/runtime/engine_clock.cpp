// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/engine_clock.h"

namespace dinoscope {
namespace {

class MachineClock : public EngineClock {
public:
    std::chrono::nanoseconds now() const override {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
    }
};

} // namespace

std::shared_ptr<const EngineClock> machineClock() { return std::make_shared<MachineClock>(); }

} // namespace dinoscope
