// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/epoch_order.h"

#include "engine/support/random.h"

#include <numeric>

namespace dinoscope {

namespace {
constexpr std::size_t kKept = 3;
}

EpochOrder::Order EpochOrder::of(Epoch epoch) {
    const std::lock_guard lock(mutex_);
    for (const auto& [known, order] : recent_)
        if (known == epoch)
            return order;
    auto order = std::make_shared<std::vector<std::uint32_t>>(static_cast<std::size_t>(count_));
    std::iota(order->begin(), order->end(), 0u);
    RandomStream random(seed_, static_cast<std::uint64_t>(epoch.value), 0, 0, RandomPurpose::order);
    for (std::size_t i = order->size(); i > 1; --i)
        std::swap((*order)[i - 1], (*order)[random.below(static_cast<std::uint32_t>(i))]);
    if (recent_.size() == kKept)
        recent_.erase(recent_.begin());
    recent_.emplace_back(epoch, order);
    return order;
}

} // namespace dinoscope
