// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

/// What is kept in memory of the pictures that were read for training.
struct CacheState {
    std::int64_t budget = 0;                        ///< bytes that may be kept
    std::int64_t storedBytes = 0, decodedBytes = 0; ///< of files, and of decoded pictures
    std::int64_t storedPictures = 0, decodedPictures = 0;
    std::int64_t storedHits = 0, decodedHits = 0, misses = 0; ///< requests served from either, and from the disk
    std::int64_t readBytes = 0;                               ///< of files, by the misses

    std::int64_t bytes() const { return storedBytes + decodedBytes; }
    std::int64_t hits() const { return storedHits + decodedHits; }
    std::int64_t pictures() const { return storedPictures + decodedPictures; } ///< those in both forms twice
};

} // namespace dinoscope
