// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/run_state.h"

#include <cstdint>
#include <optional>

namespace dinoscope {

/// How many steps may still be made. Run, Pause and Step(n) only set it.
struct StepCredit {
    bool unlimited = false;
    std::int64_t left = 0;

    bool isSpent() const { return !unlimited && left == 0; }
    void spendOne() {
        if (!unlimited)
            --left;
    }
};

/// The end of a run goes through these, in this order.
enum class EndPhase { none, asked, closingWork };

/// What the engine thread knows about the run in its hands. Engine thread only.
struct RunControl {
    RunState state = RunState::empty;
    RunState requested = RunState::empty;
    FinishReason reason = FinishReason::none;
    StepCredit credit;
    EndPhase endPhase = EndPhase::none;
    bool quickEnd = false;  ///< without the closing evaluation
    bool runIsOpen = false; ///< opened or loaded, StepRunner::finish not called yet
    bool hasRun = false;    ///< opened or loaded, perhaps finished since
    Step step{};
    std::optional<Error> lastError;

    void enter(RunState next) { state = requested = next; }
    /// No step is made any more; the run ends after its closing work.
    void askEnd(FinishReason why) {
        state = RunState::stopping;
        requested = RunState::finished;
        reason = why;
        endPhase = EndPhase::asked;
        credit = {};
    }
};

} // namespace dinoscope
