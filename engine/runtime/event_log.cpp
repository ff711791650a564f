// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/event_log.h"

#include <algorithm>

namespace dinoscope {
namespace {

template <class Events, class Out> void copyAfter(const Events& events, std::uint64_t after, Out& out) {
    const auto isAfter = [](std::uint64_t number, const auto& entry) { return number < entry.number; };
    for (auto it = std::upper_bound(events.begin(), events.end(), after, isAfter); it != events.end(); ++it)
        out.push_back(it->event);
}

} // namespace

template <class Event> void EventLog::keep(std::deque<Numbered<Event>>& events, Event event) {
    const std::lock_guard lock(mutex_);
    events.push_back({++last_, std::move(event)});
    while (events.size() > keptAnswers_ && events.front().number <= read_)
        events.pop_front();
}

void EventLog::append(Acknowledgement acknowledgement) { keep(acknowledgements_, std::move(acknowledgement)); }

void EventLog::append(JobResult result) { keep(jobs_, std::move(result)); }

void EventLog::append(LogLine line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back({++last_, std::move(line)});
    if (lines_.size() > keptLines_)
        lines_.pop_front();
}

EventLog::Reading EventLog::read(std::uint64_t after) {
    const std::lock_guard lock(mutex_);
    Reading reading;
    copyAfter(acknowledgements_, after, reading.acknowledgements);
    copyAfter(jobs_, after, reading.jobs);
    copyAfter(lines_, after, reading.lines);
    reading.next = std::max(after, last_);
    read_ = std::max(read_, last_);
    return reading;
}

} // namespace dinoscope
