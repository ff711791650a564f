// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/scan.h"

namespace dinoscope {

std::string_view verdictWord(PictureVerdict verdict) {
    static constexpr std::array<std::string_view, kPictureVerdictCount> words{"ok",        "truncated", "unreadable",
                                                                              "too large", "too small", "unsupported"};
    return words[static_cast<std::size_t>(verdict)];
}

} // namespace dinoscope
