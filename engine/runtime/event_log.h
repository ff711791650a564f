// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace dinoscope {

/// Acknowledgements, ends of jobs and log lines, numbered together from 1 in the order in which they happened. Any
/// thread. Of the log lines the newest `keptLines` stay. An acknowledgement or the end of a job stays at least until a
/// reader has read past it, and the newest `keptAnswers` of each stay after that too, for a second reader.
class EventLog {
public:
    explicit EventLog(std::size_t keptLines = 10000, std::size_t keptAnswers = 10000)
        : keptLines_(keptLines), keptAnswers_(keptAnswers) {}

    void append(Acknowledgement acknowledgement);
    void append(JobResult result);
    void append(LogLine line);

    struct Reading {
        std::vector<Acknowledgement> acknowledgements;
        std::vector<LogLine> lines;
        std::vector<JobResult> jobs;
        std::uint64_t next = 0;
    };
    /// Everything kept with a number above `after`.
    Reading read(std::uint64_t after);

private:
    template <class Event> struct Numbered {
        std::uint64_t number;
        Event event;
    };

    template <class Event> void keep(std::deque<Numbered<Event>>& events, Event event);

    std::mutex mutex_;
    std::size_t keptLines_, keptAnswers_;
    std::uint64_t last_ = 0; ///< number of the newest event
    std::uint64_t read_ = 0; ///< the furthest that a reader has come
    std::deque<Numbered<Acknowledgement>> acknowledgements_;
    std::deque<Numbered<JobResult>> jobs_;
    std::deque<Numbered<LogLine>> lines_;
};

} // namespace dinoscope
