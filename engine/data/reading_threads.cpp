// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/reading_threads.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::size_t kMostNoted = 64; ///< nobody may ask

struct Notes {
    std::mutex mutex;
    std::vector<std::string> sentences;
};

/// Never destroyed: a thread may end after main().
Notes& notes() {
    static Notes* const all = new Notes;
    return *all;
}

} // namespace

void ReadingThreads::start(std::function<void(Seat&)> work) {
    joinEnded();
    const auto seat = std::make_shared<Seat>();
    threads_.reserve(threads_.size() + 1);
    threads_.push_back({std::thread([seat, room = room_, work = std::move(work)]() mutable {
                            try {
                                work(*seat);
                            } catch (const LeftBehind&) {
                                // nobody is there to be told
                            }
                            work = nullptr;
                            const std::lock_guard lock(room->mutex);
                            seat->ended_ = true;
                            room->oneEnded.notify_all();
                        }),
                        seat});
}

void ReadingThreads::joinEnded() {
    const std::lock_guard lock(room_->mutex);
    std::erase_if(threads_, [](Started& started) {
        if (!started.seat->ended_)
            return false;
        started.thread.join(); // it has given back the mutex already, and ends
        return true;
    });
}

std::vector<std::int64_t> ReadingThreads::end(std::chrono::milliseconds patience) {
    {
        std::unique_lock lock(room_->mutex);
        room_->oneEnded.wait_for(lock, patience, [this] {
            return std::all_of(threads_.begin(), threads_.end(), [](const Started& s) { return s.seat->ended_; });
        });
    }
    std::vector<std::int64_t> reads;
    for (Started& started : threads_) {
        // One that does not read ends by itself: from now on it cannot begin to.
        if (started.seat->place_.exchange(Seat::Place::left) != Seat::Place::reading) {
            started.thread.join();
            continue;
        }
        reads.push_back(started.seat->what_);
        started.thread.detach();
    }
    threads_.clear();
    return reads;
}

void noteUnanswered(const std::string& place) {
    const std::lock_guard lock(notes().mutex);
    if (notes().sentences.size() < kMostNoted)
        notes().sentences.push_back(place + " does not answer: the thread that reads it was left behind. Look after "
                                            "its disk or network.");
}

std::vector<std::string> takeUnanswered() {
    const std::lock_guard lock(notes().mutex);
    return std::exchange(notes().sentences, {});
}

} // namespace dinoscope
