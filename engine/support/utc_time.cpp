// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/utc_time.h"

#include <ctime>

namespace dinoscope {

std::string utcNow() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

} // namespace dinoscope
