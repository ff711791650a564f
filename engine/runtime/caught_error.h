// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <optional>

namespace dinoscope {

/// The exception that is being handled, as a value. To be called inside a catch block only.
Error caughtError(Step step);

/// Runs `work`. @returns what it threw; empty if it threw nothing.
template <class Work> std::optional<Error> errorOf(Step step, Work&& work) {
    try {
        work();
        return std::nullopt;
    } catch (...) {
        return caughtError(step);
    }
}

} // namespace dinoscope
