// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/open_watch.h"

#include "engine/support/check.h"

namespace dinoscope {

void OpenWatch::listed(std::int64_t pictures) {
    check();
    pictures_.fetch_add(pictures, std::memory_order_relaxed);
}

void OpenWatch::shards(std::int64_t done, std::int64_t total) {
    check();
    shardsDone_ = done;
    shards_ = total;
}

void OpenWatch::check() const {
    if (givenUp_.load(std::memory_order_relaxed))
        throw EngineError(ErrorCode::cancelled, "data", "Looking for pictures was given up.");
}

WorkProgress OpenWatch::progress() const {
    if (const std::int64_t total = shards_; total > 1)
        return {"Listing tar files", shardsDone_, total};
    return {"Looking for pictures", pictures_, 0};
}

} // namespace dinoscope
