// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/recorded_backbone.h"

namespace dinoscope {

BackboneOptions recordedBackbone(const std::string& kind) {
    constexpr std::size_t kLongestPatch = 4; // digits
    BackboneOptions options;
    options.dropPathRate = 0;
    options.arch = kind;
    if (kind.rfind("resnet", 0) != 0) {
        const std::size_t digits = kind.find_last_not_of("0123456789") + 1;
        if (digits < kind.size() && kind.size() - digits <= kLongestPatch) {
            options.arch = kind.substr(0, digits);
            options.patchSize = std::stoll(kind.substr(digits));
        }
    }
    if (options.arch == "vit")
        options.arch = "vit_small";
    findBackbone(options.arch);
    return options;
}

} // namespace dinoscope
