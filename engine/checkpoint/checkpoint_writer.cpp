// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint_writer.h"

#include "engine/support/check.h"

#include <sys/resource.h>
#include <unistd.h>

#include <exception>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kWriterNice = 10;

} // namespace

CheckpointWriter::CheckpointWriter(const std::string& runFolder) : store_(runFolder) {
    thread_ = std::thread([this] { work(); });
}

CheckpointWriter::~CheckpointWriter() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool CheckpointWriter::isBusy() const {
    const std::lock_guard lock(mutex_);
    return request_ || writing_ || outcome_;
}

void CheckpointWriter::save(CheckpointContent content, const Retention& retention, std::function<void()> before) {
    {
        const std::lock_guard lock(mutex_);
        checkEqual(request_ || writing_ || outcome_, false, "checkpoint", "A save while another is in work");
        request_.emplace(Request{std::move(content), retention, std::move(before)});
    }
    changed_.notify_all();
}

std::optional<CheckpointWriter::Outcome> CheckpointWriter::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(outcome_, std::nullopt);
}

std::optional<CheckpointWriter::Outcome> CheckpointWriter::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !request_ && !writing_; });
    return std::exchange(outcome_, std::nullopt);
}

std::optional<CheckpointWriter::Outcome> CheckpointWriter::waitFor(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return !request_ && !writing_; });
    return std::exchange(outcome_, std::nullopt);
}

void CheckpointWriter::work() {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kWriterNice);
    store_.removeLeftovers();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return request_ || closing_; });
        if (!request_)
            return;
        Request request = *std::exchange(request_, std::nullopt);
        writing_ = true;
        lock.unlock();
        Outcome outcome{request.content.moment.step, std::nullopt, std::nullopt};
        try {
            if (request.before)
                request.before();
            outcome.entry = store_.save(request.content, request.retention);
        } catch (const EngineError& error) {
            outcome.error = error.error();
        } catch (const std::exception& error) {
            outcome.error = Error{ErrorCode::io, "checkpoint", "The checkpoint could not be saved; training goes on.",
                                  error.what(), outcome.step};
        }
        request = {}; // its memory is given back before anybody hears of the end
        lock.lock();
        writing_ = false;
        outcome_ = std::move(outcome);
        changed_.notify_all();
        if (onEnd_) {
            lock.unlock();
            onEnd_();
            lock.lock();
        }
    }
}

} // namespace dinoscope
