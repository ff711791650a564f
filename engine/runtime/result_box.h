// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

#include <map>
#include <mutex>
#include <vector>

namespace dinoscope {

/// Finished probes that nobody has taken yet: of each kind only the newest. Any thread.
class ResultBox {
public:
    void put(ProbeResult result);
    /// Throws away a result of `kind` whose id is below `id`: a newer question has been asked.
    void dropOlder(ProbeKind kind, JobId id);
    std::vector<ProbeResult> takeAll();

private:
    std::mutex mutex_;
    std::map<ProbeKind, ProbeResult> results_;
};

} // namespace dinoscope
