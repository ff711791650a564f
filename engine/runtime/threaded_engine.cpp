// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/threaded_engine.h"

#include "engine/runtime/engine_loop.h"

#include <algorithm>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace dinoscope {
namespace {

/// On Linux a niceness belongs to a thread and is inherited. Where it cannot be raised nothing depends on it.
void yieldTo(int niceness) {
    const auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, std::max(niceness, getpriority(PRIO_PROCESS, thread)));
}

} // namespace

ThreadedEngine::ThreadedEngine(std::unique_ptr<StepRunner> runner, EngineSettings settings)
    : settings_(std::move(settings)), runner_(std::move(runner)), catalog_(runner_->catalog()),
      lanes_(settings_.ringCapacity), thread_([this] { live(); }) {}

ThreadedEngine::~ThreadedEngine() {
    close();
    setWake({});
}

void ThreadedEngine::live() {
    yieldTo(settings_.niceness);
    EngineLoop(*runner_, *settings_.clock, queue_, lanes_).run();
    runner_.reset();
}

CommandId ThreadedEngine::post(Command command) {
    const CommandKind kind = commandKind(command);
    const CommandQueue::Receipt receipt = queue_.push(std::move(command));
    if (!receipt.accepted) {
        const Step step = snapshot()->step;
        lanes_.events.append(
            Acknowledgement{receipt.id,
                            kind,
                            step,
                            Error{ErrorCode::notAllowed, "runtime", "The engine has been closed.", {}, step},
                            {}});
    }
    return receipt.id;
}

Drained ThreadedEngine::drain(const DrainCursor& cursor) {
    lanes_.waker.rearm();
    SeriesRing::Reading series = lanes_.ring.read(cursor.points);
    EventLog::Reading events = lanes_.events.read(cursor.events);
    return {std::move(series.points),
            series.lost,
            std::move(events.acknowledgements),
            std::move(events.lines),
            std::move(events.jobs),
            {series.next, events.next}};
}

void ThreadedEngine::close() {
    queue_.requestClose();
    const std::lock_guard lock(closing_);
    if (thread_.joinable())
        thread_.join();
}

} // namespace dinoscope
