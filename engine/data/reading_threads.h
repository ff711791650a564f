// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace dinoscope {

/// How long whoever ends its threads waits for a read that does not return.
inline constexpr std::chrono::milliseconds kReadPatience{2000};

/// Threads that read files. A disk that does not answer can hold a thread in a read for ever; end() waits for such a
/// read only so long, then leaves the thread behind. It ends when the read returns, if it ever does, and touches
/// nothing but what the read itself was given: that has to be the thread's own, or shared by it. One caller.
class ReadingThreads {
public:
    /// Thrown inside of a thread that was left behind, out of Seat::read(). Catch it only to throw it on: the owner of
    /// the thread is gone.
    struct LeftBehind {};

    /// A thread's place, where it says when it reads.
    class Seat {
    public:
        /// Calls `body`, which may block for ever. `what` is a number for end() to name the read by.
        template <class Body> auto read(std::int64_t what, Body&& body) {
            enter(what);
            std::optional<decltype(body())> result;
            std::exception_ptr failure;
            try {
                result.emplace(body());
            } catch (...) {
                failure = std::current_exception();
            }
            leave();
            if (failure)
                std::rethrow_exception(failure);
            return std::move(*result);
        }

    private:
        friend class ReadingThreads;
        enum class Place { working, reading, left };

        void enter(std::int64_t what) {
            what_ = what;
            change(Place::working, Place::reading);
        }
        void leave() { change(Place::reading, Place::working); }
        void change(Place from, Place to) {
            if (!place_.compare_exchange_strong(from, to))
                throw LeftBehind();
        }

        std::atomic<Place> place_ = Place::working;
        std::atomic<std::int64_t> what_ = 0;
        bool ended_ = false; ///< guarded by Room::mutex
    };

    ReadingThreads() = default;
    /// As end().
    ~ReadingThreads() { end(kReadPatience); }
    ReadingThreads(const ReadingThreads&) = delete;
    ReadingThreads& operator=(const ReadingThreads&) = delete;

    /// Starts a thread. Outside of Seat::read(), `work` may use what lives until end() has returned.
    /// @throws std::system_error if there is no thread to be had.
    void start(std::function<void(Seat&)> work);

    /// Joins the threads, which the caller has told to stop, or leaves those behind that are in a read when `patience`
    /// is over. @returns the numbers of these reads.
    std::vector<std::int64_t> end(std::chrono::milliseconds patience);

    std::size_t count() const { return threads_.size(); }

private:
    /// Outlives the threads.
    struct Room {
        std::mutex mutex;
        std::condition_variable oneEnded;
    };
    struct Started {
        std::thread thread;
        std::shared_ptr<Seat> seat;
    };

    void joinEnded();

    std::shared_ptr<Room> room_ = std::make_shared<Room>();
    std::vector<Started> threads_;
};

/// Notes that a thread was left behind in the read of this file or folder.
void noteUnanswered(const std::string& place);
/// Sentences on what was noted since the last call. Any thread.
std::vector<std::string> takeUnanswered();

/// One piece of work on files, done in a thread of its own, which is left behind if they do not answer. One caller.
template <class Result> class ReadingTask {
public:
    /// Begins. `body` touches only what it owns, shares or was given by value. `place` is the file or folder to name if
    /// it does not answer.
    ReadingTask(std::string place, std::function<Result()> body) : place_(std::move(place)) {
        threads_.start([state = state_, body = std::move(body)](ReadingThreads::Seat& seat) {
            seat.read(0, [&] {
                std::optional<Result> result;
                std::exception_ptr failure;
                try {
                    result.emplace(body());
                } catch (...) {
                    failure = std::current_exception();
                }
                const std::lock_guard lock(state->mutex);
                state->result = std::move(result);
                state->failure = failure;
                state->done = true;
                state->changed.notify_all();
                return true;
            });
        });
    }
    /// Waits for the end of the work, for kReadPatience at most.
    ~ReadingTask() { end(kReadPatience); }
    ReadingTask(const ReadingTask&) = delete;
    ReadingTask& operator=(const ReadingTask&) = delete;

    /// Waits until the work is done, at most for `limit`. @returns whether it is.
    bool wait(std::chrono::milliseconds limit) {
        std::unique_lock lock(state_->mutex);
        return state_->changed.wait_for(lock, limit, [this] { return state_->done; });
    }
    /// What came of it, after wait() returned true; once. @throws what the work threw.
    Result take() {
        const std::lock_guard lock(state_->mutex);
        if (state_->failure)
            std::rethrow_exception(state_->failure);
        return std::move(state_->result).value();
    }
    /// Ends the thread, or leaves it behind.
    void end(std::chrono::milliseconds patience) {
        if (!threads_.end(patience).empty())
            noteUnanswered(place_);
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<Result> result;
        std::exception_ptr failure;
        bool done = false;
    };

    const std::string place_;
    const std::shared_ptr<State> state_ = std::make_shared<State>();
    ReadingThreads threads_;
};

} // namespace dinoscope
