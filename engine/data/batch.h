// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"
#include "engine/augment/view_plan.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dinoscope {

/// A picture that could not be read, and the one that took its place.
struct Replacement {
    std::int64_t row = 0; ///< row of the batch
    SampleIndex wanted{}, used{};
    std::string reason;
};

/// One batch of views in host memory. Written by the loader's threads, constant once handed out.
struct Batch {
    std::int64_t number = 0; ///< counted from 0 over the whole run: epoch * batches an epoch + place in the epoch
    Epoch epoch{};
    std::int64_t placeInEpoch = 0;
    std::int64_t size = 0; ///< B, pictures
    int channels = 0;      ///< C
    int globalSize = 0, localSize = 0;
    int globalCrops = 0, localCrops = 0;
    std::int64_t revision = 0; ///< counts the live changes of the options that are in force here

    std::vector<SampleIndex> samples;  ///< (B)
    std::vector<std::int32_t> labels;  ///< (B), -1 for none; empty for a source without labels
    std::vector<ViewPlan> plans;       ///< (crops, B), crop-major
    std::vector<int> shrinks;          ///< (B), PictureView::shrink of what the views were cut from
    std::vector<Replacement> replaced; ///< in the order of rows
    double waitSeconds = 0;            ///< time that the caller spent waiting for this batch

    /// All views, normalised, crop-major: the global crops as one (globalCrops * B, C, G, G) block, then the local
    /// crops as one (localCrops * B, C, L, L) block.
    std::vector<float> values;

    int crops() const { return globalCrops + localCrops; }
    int cropSize(int crop) const { return crop < globalCrops ? globalSize : localSize; }
    const ViewPlan& plan(int crop, std::int64_t row) const {
        return plans[static_cast<std::size_t>(crop * size + row)];
    }
    const float* globals() const { return values.data(); }
    const float* locals() const { return values.data() + globalCrops * cropValues(0); }
    /// One crop of all pictures, (B, C, size, size).
    const float* crop(int crop) const { return values.data() + offset(crop); }

    /// Number of values of one crop of the batch.
    std::int64_t cropValues(int crop) const { return size * channels * cropSize(crop) * cropSize(crop); }
    std::int64_t offset(int crop) const {
        return crop < globalCrops ? crop * cropValues(0)
                                  : globalCrops * cropValues(0) + (crop - globalCrops) * cropValues(globalCrops);
    }
};

using BatchPtr = std::shared_ptr<const Batch>;

} // namespace dinoscope
