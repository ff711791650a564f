// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/step_runner.h"

#include <deque>
#include <memory>

namespace dinoscope {

class OutLanes;

/// Jobs in the order in which they were asked for; the first one is in work. Each ends in one JobResult on the lanes.
/// Engine thread.
class JobQueue {
public:
    explicit JobQueue(OutLanes& lanes) : lanes_(lanes) {}

    bool isEmpty() const { return waiting_.empty(); }
    /// Of the job in work; of nothing if there is none.
    WorkProgress progress() const;
    void add(JobId id, std::unique_ptr<Job> job);
    /// One slice of the job in work. @returns whether that ended it.
    bool slice(Step step);
    void cancel(JobId id, Step step);
    void cancelAll(Step step);

private:
    struct Waiting {
        JobId id;
        std::unique_ptr<Job> job;
    };
    void giveUp(const Waiting& waiting, Step step);
    void report(JobResult result);

    OutLanes& lanes_;
    std::deque<Waiting> waiting_;
};

} // namespace dinoscope
