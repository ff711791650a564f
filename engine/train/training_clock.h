// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <utility>

namespace dinoscope {

/// Decides which time between two steps is training time: that of watching is, pauses and evaluations are not. All
/// times are seconds of one steady clock.
class TrainingClock {
public:
    /// What the engine loop may take between two steps beside probes.
    static constexpr double kLoopSlack = 0.02;

    void stepEnded(double now) { lastEnd_ = now; }
    /// Something that is not training began.
    void interrupt() { lastEnd_.reset(); }
    /// A probe took so long.
    void watched(double seconds) { watched_ += seconds; }

    /// To be called when a step begins. @returns the time since the end of the former step if probes explain it, else
    /// 0.
    double takeTimeBetween(double now) {
        const double explained = std::exchange(watched_, 0) + kLoopSlack;
        const double gap = now - std::exchange(lastEnd_, std::nullopt).value_or(now);
        return gap <= explained ? gap : 0;
    }

private:
    std::optional<double> lastEnd_; ///< of a step that nothing but watching has followed
    double watched_ = 0;            ///< seconds of probes since then
};

/// Decides when to say that a step waits for its pictures: after ten seconds, and whenever it has waited twice as long
/// as when it was said last.
class WaitingNotice {
public:
    static constexpr double kFirst = 10; ///< seconds

    /// `waited`: seconds so far, for the same step. @returns whether it is to be said now.
    bool isDue(double waited) {
        if (waited < kFirst)
            next_ = kFirst;
        if (waited < next_)
            return false;
        next_ = 2 * waited;
        return true;
    }

private:
    double next_ = kFirst; ///< seconds
};

} // namespace dinoscope
