// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>

namespace dinoscope {

/// Number of finished optimiser steps. Step 0 is the state before any training.
struct Step {
    std::int64_t value = 0;
    auto operator<=>(const Step&) const = default;
};

/// Index of a pass over the training pictures, counted from 0.
struct Epoch {
    std::int64_t value = 0;
    auto operator<=>(const Epoch&) const = default;
};

/// Index of a picture in its source, counted from 0.
struct SampleIndex {
    std::int64_t value = 0;
    auto operator<=>(const SampleIndex&) const = default;
};

/// Number of a posted command; unique inside one engine, never 0 for a posted one.
using CommandId = std::uint64_t;

/// Number of a probe or a job, chosen by the asker; answers carry it back.
using JobId = std::uint64_t;

} // namespace dinoscope
