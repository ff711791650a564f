// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/memory_source.h"
#include "engine/support/random.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace dinoscope::testing {

/// Grey pictures of 8 x 8 pixels whose brightness goes with their class, with noise; classes "c0", "c1", ... come by
/// turns. Every seventh picture has no label if `gaps`. Where pictures are `flat` any part of one tells its class.
inline ImageSourcePtr shadedPictures(std::int64_t count, std::int32_t classes, std::uint64_t seed, bool gaps = false,
                                     bool flat = false) {
    std::vector<Image> pictures;
    std::vector<std::int32_t> labels;
    std::vector<std::string> names;
    for (std::int32_t c = 0; c < classes; ++c)
        names.push_back("c" + std::to_string(c));
    RandomStream random(seed, 0, 0, 0, RandomPurpose::preview);
    for (std::int64_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::int32_t>(i % classes);
        Image picture{8, 8, 1, {}};
        for (int p = 0; p < 64; ++p) {
            // The upper half tells the class by its brightness, the lower half the other way round.
            const int level = 20 + 200 * label / std::max(1, classes - 1);
            picture.pixels.push_back(
                static_cast<std::uint8_t>((flat || p < 32 ? level : 240 - level) + static_cast<int>(random.below(15))));
        }
        pictures.push_back(std::move(picture));
        labels.push_back(gaps && i % 7 == 6 ? -1 : label);
    }
    return std::make_shared<MemorySource>("shaded", std::move(pictures), std::move(labels), std::move(names));
}

} // namespace dinoscope::testing
