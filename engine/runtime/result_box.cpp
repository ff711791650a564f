// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/result_box.h"

#include <utility>

namespace dinoscope {

void ResultBox::put(ProbeResult result) {
    const std::lock_guard lock(mutex_);
    const ProbeKind kind = result.kind;
    results_.insert_or_assign(kind, std::move(result));
}

void ResultBox::dropOlder(ProbeKind kind, JobId id) {
    const std::lock_guard lock(mutex_);
    const auto found = results_.find(kind);
    if (found != results_.end() && found->second.id < id)
        results_.erase(found);
}

std::vector<ProbeResult> ResultBox::takeAll() {
    std::map<ProbeKind, ProbeResult> taken;
    {
        const std::lock_guard lock(mutex_);
        taken.swap(results_);
    }
    std::vector<ProbeResult> results;
    results.reserve(taken.size());
    for (auto& [kind, result] : taken)
        results.push_back(std::move(result));
    return results;
}

} // namespace dinoscope
