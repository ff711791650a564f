// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace dinoscope {

/// The order in which an epoch visits the pictures: a shuffle (Fisher-Yates) that is a pure function of seed and epoch.
/// Thread-safe; keeps the orders of the last few epochs asked for.
class EpochOrder {
public:
    using Order = std::shared_ptr<const std::vector<std::uint32_t>>;

    /// `count` pictures, at least 1 and less than 2^32.
    EpochOrder(std::uint64_t seed, std::int64_t count) : seed_(seed), count_(count) {}

    Order of(Epoch epoch);

private:
    const std::uint64_t seed_;
    const std::int64_t count_;
    std::mutex mutex_;
    std::vector<std::pair<Epoch, Order>> recent_;
};

} // namespace dinoscope
