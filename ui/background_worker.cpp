// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/background_worker.h"

#include <QSocketNotifier>

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace dinoscope {

BackgroundWorker::BackgroundWorker(QObject* parent)
    : QObject(parent), doneFd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (doneFd_ < 0)
        throw std::system_error(errno, std::generic_category(), "the window cannot make an eventfd");
    auto* notifier = new QSocketNotifier(doneFd_, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] { deliver(); });
    thread_ = std::thread([this] { work(); });
}

BackgroundWorker::~BackgroundWorker() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
    ::close(doneFd_);
}

void BackgroundWorker::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        waiting_ = std::move(job);
        waitingNumber_ = ++submitted_;
    }
    wake_.notify_one();
}

void BackgroundWorker::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return ending_ || waiting_; });
        if (ending_)
            return;
        const Job job = std::exchange(waiting_, {});
        const quint64 number = waitingNumber_;
        lock.unlock();
        Show show = job();
        lock.lock();
        finished_ = std::move(show);
        finishedNumber_ = number;
        const std::uint64_t one = 1;
        while (::write(doneFd_, &one, sizeof one) < 0 && errno == EINTR) {
        }
    }
}

void BackgroundWorker::deliver() {
    std::uint64_t count = 0;
    while (::read(doneFd_, &count, sizeof count) < 0 && errno == EINTR) {
    }
    Show show;
    quint64 number = 0;
    {
        const std::lock_guard lock(mutex_);
        show = std::exchange(finished_, {});
        number = finishedNumber_;
    }
    if (!show)
        return;
    // Of a slider that is being moved every outcome is shown as it comes; `shown_` tells the last one.
    shown_ = number;
    show();
}

} // namespace dinoscope
