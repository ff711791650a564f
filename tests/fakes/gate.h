// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace dinoscope {

/// Named barriers at which a test holds the engine thread. Any thread.
class Gate {
public:
    /// The next pass(point) blocks until release(point).
    void hold(const std::string& point);
    void release(const std::string& point);
    /// Lets one arrival pass, now or later; the point stays held.
    void letOneThrough(const std::string& point);
    /// Nothing is held any more, now and later.
    void openForGood();
    bool isHeld(const std::string& point) const;

    /// Called by the one who may be held: counts an arrival, then blocks while the point is held.
    void pass(const std::string& point);
    /// Counts an arrival without blocking.
    void arrive(const std::string& point);

    std::int64_t arrivals(const std::string& point) const;
    /// Blocks until `point` has been reached so many times.
    void waitForArrivals(const std::string& point, std::int64_t count);

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::set<std::string> held_;
    std::map<std::string, std::int64_t> passes_; ///< arrivals that may go through a held point
    std::map<std::string, std::int64_t> arrivals_;
    bool openForGood_ = false;
};

} // namespace dinoscope
