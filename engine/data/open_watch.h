// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"

#include <atomic>
#include <cstdint>
#include <memory>

namespace dinoscope {

/// How far the opening of a source has come: written by the thread that opens, read by another one that shows it and
/// may give it up. Any thread.
class OpenWatch {
public:
    /// Something more was listed: `pictures` of them, or nothing of interest. Cheap; to be called for every entry.
    /// @throws EngineError(cancelled) after giveUp().
    void listed(std::int64_t pictures);
    /// So many of so many tar files are to be listed. @throws as listed().
    void shards(std::int64_t done, std::int64_t total);

    void giveUp() { givenUp_ = true; }
    /// Pictures found so far, whose number nobody knows; or tar files, if there are several of them.
    WorkProgress progress() const;

private:
    void check() const;

    std::atomic<std::int64_t> pictures_ = 0, shardsDone_ = 0, shards_ = 0;
    std::atomic<bool> givenUp_ = false;
};

using OpenWatchPtr = std::shared_ptr<OpenWatch>;

} // namespace dinoscope
