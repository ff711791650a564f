// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace dinoscope {

inline constexpr std::size_t kProbeKindCount = std::variant_size_v<ProbeQuestion>;

/// Which probes are asked for and which of them is due. Engine thread only; times are the engine clock's.
///
/// A question that is asked once is due at once. An interest is due when it is new; then, while the run trains, when
/// its interval has passed and a step was made since its last answer; else when something changed since its last
/// answer. So that watching stays cheap, training interests are also spread out: all of them together take about
/// kWatchingShare of the time.
///
/// The newest id of a kind, asked once or as an interest, makes all older ones of the kind stale: they are not served
/// any more.
class InterestTable {
public:
    using Time = std::chrono::nanoseconds;
    static constexpr double kWatchingShare = 0.015;

    void askOnce(ProbeRequest request);
    void setInterest(ProbeKind kind, std::optional<ProbeRequest> request, Time interval);

    /// The model, its parameters or the data differ from what the last answers have seen.
    void noteChange() { ++change_; }

    /// The next question to be answered now, kinds taking turns; empty: none is due. A question asked once is handed
    /// out only once. To be followed by served().
    std::optional<ProbeRequest> takeDue(Time now, bool training);
    /// The question that takeDue() handed out last took from `begin` to `end`.
    void served(Time begin, Time end);

    bool isStale(ProbeKind kind, JobId id) const { return id < kinds_[static_cast<std::size_t>(kind)].newestId; }

    /// Hands out the questions asked once that wait, because they will not be answered.
    std::vector<ProbeRequest> takeUnanswered();

private:
    struct Kind {
        std::optional<ProbeRequest> once;
        std::optional<ProbeRequest> interest;
        Time interval{};
        Time notBefore{};
        bool isNew = false;
        std::uint64_t seenChange = 0;
        JobId newestId = 0;
    };
    void raiseNewest(Kind& kind, JobId id);
    bool interestIsDue(const Kind& kind, Time now, bool training) const;

    std::array<Kind, kProbeKindCount> kinds_;
    std::uint64_t change_ = 0;
    std::size_t lastKind_ = 0;
    bool lastWasInterest_ = false;
};

} // namespace dinoscope
