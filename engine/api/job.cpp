// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/job.h"

#include <algorithm>
#include <sstream>

namespace dinoscope {

bool ReplayReport::holds() const {
    return !error && !comparisons.empty() &&
           std::all_of(comparisons.begin(), comparisons.end(), [](const Comparison& c) { return c.holds(); });
}

std::string ReplayReport::failures() const {
    std::ostringstream text;
    if (error)
        text << path << ": " << error->message << "\n";
    else if (comparisons.empty())
        text << path << ": nothing was compared\n";
    for (const Comparison& c : comparisons)
        if (!c.holds())
            text << path << ": " << c.what << " differs by " << c.relative << " (tolerance " << c.tolerance << "), at "
                 << c.where << " by " << c.absolute << "\n";
    return text.str();
}

bool VerifyReport::holds() const {
    return !recordings.empty() &&
           std::all_of(recordings.begin(), recordings.end(), [](const ReplayReport& r) { return r.holds(); });
}

const CheckpointReport* RunReport::newestGood() const {
    for (auto checkpoint = checkpoints.rbegin(); checkpoint != checkpoints.rend(); ++checkpoint)
        if (checkpoint->problem.empty())
            return &*checkpoint;
    return nullptr;
}

} // namespace dinoscope
