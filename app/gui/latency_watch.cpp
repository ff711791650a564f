// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/latency_watch.h"

#include <QSocketNotifier>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace dinoscope {
namespace {

using Clock = std::chrono::steady_clock;

} // namespace

/// The thread that posts: puts the planned time of each event into a queue and writes the eventfd.
class LatencyWatch::Poster {
public:
    Poster(int wakeFd, const LatencySchedule& schedule)
        : wakeFd_(wakeFd), schedule_(schedule), thread_([this, start = Clock::now()] { post(start); }) {}
    ~Poster() { finish(); }
    Poster(const Poster&) = delete;
    Poster& operator=(const Poster&) = delete;

    /// What is due by then is still posted, and the event that the thread waits for. Does not wait.
    void stop() { stopped_ = true; }
    /// The same; returns when all of it is posted.
    void finish() {
        stop();
        if (thread_.joinable())
            thread_.join();
    }

    struct Taken {
        std::vector<Clock::time_point> planned;
        bool isLast = false; ///< nothing follows
    };
    /// The events that wait, oldest first.
    Taken take() {
        const std::lock_guard lock(mutex_);
        return {std::exchange(waiting_, {}), ended_};
    }

private:
    void post(Clock::time_point start) {
        for (int i = 0; i < schedule_.events; ++i) {
            const Clock::time_point planned = start + i * schedule_.interval;
            if (i > 0 && stopped_ && planned > Clock::now())
                break;
            std::this_thread::sleep_until(planned);
            {
                const std::lock_guard lock(mutex_);
                waiting_.push_back(planned);
            }
            ring();
        }
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        ring();
    }

    void ring() const {
        const std::uint64_t one = 1;
        while (::write(wakeFd_, &one, sizeof one) < 0 && errno == EINTR) {
        }
    }

    const int wakeFd_;
    const LatencySchedule schedule_;
    std::atomic<bool> stopped_ = false;
    std::mutex mutex_;
    std::vector<Clock::time_point> waiting_;
    bool ended_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

LatencyWatch::LatencyWatch(LatencySchedule schedule, QObject* parent)
    : QObject(parent), schedule_(schedule), wakeFd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (wakeFd_ < 0)
        throw std::system_error(errno, std::generic_category(), "the window cannot make an eventfd");
    auto* notifier = new QSocketNotifier(wakeFd_, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &LatencyWatch::handle);
    latencies_.reserve(static_cast<std::size_t>(schedule_.events));
}

LatencyWatch::~LatencyWatch() {
    poster_.reset();
    ::close(wakeFd_);
}

void LatencyWatch::follow(const Snapshot& snapshot) {
    const RunState state = snapshot.state;
    const bool isOver = state == RunState::stopping || state == RunState::finished || state == RunState::failed;
    // Ready: the window asks for the first step with the same delivery. A window that stalls then would see it later.
    const bool trains = state == RunState::ready || state == RunState::running;
    if (!poster_ && !reported_ && (trains || (isOver && snapshot.step.value > 0)))
        poster_ = std::make_unique<Poster>(wakeFd_, schedule_);
    if (poster_ && isOver)
        poster_->stop();
}

void LatencyWatch::handle() {
    std::uint64_t count = 0;
    while (::read(wakeFd_, &count, sizeof count) < 0 && errno == EINTR) {
    }
    if (!poster_)
        return;
    const Poster::Taken taken = poster_->take();
    const Clock::time_point now = Clock::now();
    for (const Clock::time_point planned : taken.planned)
        latencies_.push_back(now - planned);
    if (taken.isLast)
        report();
}

void LatencyWatch::end() {
    if (poster_) {
        poster_->finish();
        handle();
    }
    report();
}

void LatencyWatch::report() {
    poster_.reset();
    if (std::exchange(reported_, true))
        return;
    emit reported(latencyLine(latencies_, schedule_));
}

} // namespace dinoscope
