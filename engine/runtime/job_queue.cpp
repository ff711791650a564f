// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/job_queue.h"

#include "engine/runtime/caught_error.h"
#include "engine/runtime/out_lanes.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dinoscope {

WorkProgress JobQueue::progress() const { return waiting_.empty() ? WorkProgress{} : waiting_.front().job->progress(); }

void JobQueue::add(JobId id, std::unique_ptr<Job> job) { waiting_.push_back({id, std::move(job)}); }

bool JobQueue::slice(Step step) {
    const Waiting& first = waiting_.front();
    std::optional<JobAnswer> answer;
    const auto error = errorOf(step, [&] { answer = first.job->slice(lanes_); });
    if (!error && !answer)
        return false;
    const JobId id = first.id;
    waiting_.pop_front();
    report({id, std::move(answer).value_or(JobAnswer{}), error});
    return true;
}

void JobQueue::giveUp(const Waiting& waiting, Step step) {
    auto error = errorOf(step, [&] { waiting.job->cancel(); });
    if (!error)
        error = Error{ErrorCode::cancelled, "runtime", "The work was given up.", {}, step};
    report({waiting.id, {}, std::move(error)});
}

void JobQueue::cancel(JobId id, Step step) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(), [id](const Waiting& w) { return w.id == id; });
    if (found == waiting_.end())
        return;
    const Waiting given = std::move(*found);
    waiting_.erase(found);
    giveUp(given, step);
}

void JobQueue::cancelAll(Step step) {
    while (!waiting_.empty()) {
        const Waiting given = std::move(waiting_.front());
        waiting_.pop_front();
        giveUp(given, step);
    }
}

void JobQueue::report(JobResult result) {
    const std::optional<Error> error = result.error;
    lanes_.events.append(std::move(result)); // first, so that a reader of the line knows the result
    if (error && error->code != ErrorCode::cancelled)
        lanes_.log(LogLevel::warning, error->message);
    lanes_.waker.signal();
}

} // namespace dinoscope
