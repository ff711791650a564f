// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/interest_table.h"

#include <algorithm>
#include <utility>

namespace dinoscope {

void InterestTable::raiseNewest(Kind& kind, JobId id) {
    kind.newestId = std::max(kind.newestId, id);
    if (kind.once && kind.once->id < kind.newestId)
        kind.once.reset();
}

void InterestTable::askOnce(ProbeRequest request) {
    Kind& kind = kinds_[static_cast<std::size_t>(probeKind(request.question))];
    raiseNewest(kind, request.id);
    if (request.id == kind.newestId)
        kind.once = std::move(request);
}

void InterestTable::setInterest(ProbeKind which, std::optional<ProbeRequest> request, Time interval) {
    Kind& kind = kinds_[static_cast<std::size_t>(which)];
    if (request)
        raiseNewest(kind, request->id);
    kind.interest = std::move(request);
    kind.interval = interval;
    kind.isNew = true;
}

bool InterestTable::interestIsDue(const Kind& kind, Time now, bool training) const {
    if (!kind.interest || kind.interest->id < kind.newestId)
        return false;
    if (kind.isNew)
        return true;
    return kind.seenChange != change_ && (!training || now >= kind.notBefore);
}

std::optional<ProbeRequest> InterestTable::takeDue(Time now, bool training) {
    for (std::size_t turn = 1; turn <= kinds_.size(); ++turn) {
        const std::size_t index = (lastKind_ + turn) % kinds_.size();
        Kind& kind = kinds_[index];
        const bool due = interestIsDue(kind, now, training);
        if (!kind.once && !due)
            continue;
        lastKind_ = index;
        lastWasInterest_ = !kind.once;
        if (kind.once)
            return std::exchange(kind.once, std::nullopt);
        kind.isNew = false;
        kind.seenChange = change_;
        return kind.interest;
    }
    return std::nullopt;
}

void InterestTable::served(Time begin, Time end) {
    if (!lastWasInterest_)
        return;
    const auto interests =
        std::count_if(kinds_.begin(), kinds_.end(), [](const Kind& k) { return k.interest.has_value(); });
    const auto rest = std::chrono::duration_cast<Time>((end - begin) * static_cast<double>(interests) / kWatchingShare);
    Kind& kind = kinds_[lastKind_];
    kind.notBefore = std::max(begin + kind.interval, end + rest);
}

std::vector<ProbeRequest> InterestTable::takeUnanswered() {
    std::vector<ProbeRequest> waiting;
    for (Kind& kind : kinds_)
        if (kind.once)
            waiting.push_back(*std::exchange(kind.once, std::nullopt));
    return waiting;
}

} // namespace dinoscope
