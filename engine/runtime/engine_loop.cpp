// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/engine_loop.h"

#include "engine/runtime/caught_error.h"

#include <utility>

namespace dinoscope {
namespace {

std::string atStep(Step step) { return " at step " + std::to_string(step.value); }

std::string endSentence(FinishReason reason, Step step) {
    switch (reason) {
    case FinishReason::planned: return "The run has come to its planned end" + atStep(step) + ".";
    case FinishReason::limit: return "The run has reached its limit" + atStep(step) + ".";
    default: return "The run was stopped" + atStep(step) + ".";
    }
}

} // namespace

EngineLoop::EngineLoop(StepRunner& runner, const EngineClock& clock, CommandQueue& queue, OutLanes& lanes)
    : runner_(runner), clock_(clock), queue_(queue), lanes_(lanes), jobs_(lanes),
      publisher_(runner, jobs_, clock, lanes), desk_(queue, runner, control_, interests_, jobs_, lanes, publisher_) {}

void EngineLoop::run() {
    runner_.setWake([&queue = queue_] { queue.wake(); }); // the queue outlives the runner, the loop does not
    publisher_.publish(control_);
    while (!queue_.closeRequested() || control_.runIsOpen)
        if (auto error = errorOf(control_.step, [this] { turn(); }))
            fail(std::move(*error));
    desk_.refuseTheRest();
}

void EngineLoop::turn() {
    tendRunner();
    desk_.handleWaiting();
    if (queue_.closeRequested())
        startClosing();
    settlePause();
    const bool answered = answerOneProbe();
    if (control_.state == RunState::stopping)
        advanceEnd();
    else if (runner_.hasWork())
        doWork();
    else if (!jobs_.isEmpty())
        doJob();
    else if (control_.state == RunState::running)
        makeStep();
    else if (!answered)
        rest();
}

void EngineLoop::tendRunner() {
    bool news = false;
    const auto error = errorOf(control_.step, [&] { news = runner_.tend(lanes_); });
    if (!error) {
        if (news)
            publisher_.publish(control_);
        return;
    }
    control_.lastError = error;
    lanes_.log(LogLevel::error, error->message + (error->detail.empty() ? "" : " (" + error->detail + ")"));
    publisher_.publish(control_);
}

void EngineLoop::startClosing() {
    jobs_.cancelAll(control_.step);
    if (!control_.runIsOpen || control_.state == RunState::stopping)
        return;
    control_.askEnd(FinishReason::stopped);
    publisher_.publish(control_);
}

void EngineLoop::settlePause() {
    if (control_.state != RunState::pausing)
        return;
    control_.enter(RunState::paused);
    lanes_.log(LogLevel::info, "Paused" + atStep(control_.step) + ".");
    publisher_.publish(control_);
}

bool EngineLoop::answerOneProbe() {
    if (!isAllowed(control_.state, CommandKind::requestProbe))
        return false;
    const auto begin = clock_.now();
    const auto request = interests_.takeDue(begin, control_.state == RunState::running);
    if (!request)
        return false;
    ProbeResult result;
    const auto error = errorOf(control_.step, [&] { result = runner_.probe(*request); });
    interests_.served(begin, clock_.now());
    result.id = request->id;
    result.kind = probeKind(request->question);
    if (error) {
        result.step = control_.step;
        result.answer = std::monostate{};
        result.error = error;
    }
    publishAnswer(std::move(result));
    return true;
}

void EngineLoop::publishAnswer(ProbeResult result) {
    if (interests_.isStale(result.kind, result.id))
        return;
    lanes_.results.put(std::move(result));
    lanes_.waker.signal();
}

void EngineLoop::advanceEnd() {
    if (control_.endPhase == EndPhase::asked) {
        control_.endPhase = EndPhase::closingWork;
        runner_.beginFinish(control_.reason, control_.quickEnd, lanes_);
        publisher_.publish(control_);
    } else if (!control_.quickEnd && runner_.hasWork()) {
        doWork();
    } else {
        finishRun();
    }
}

void EngineLoop::doWork() {
    if (const auto error = errorOf(control_.step, [this] { runner_.workSlice(lanes_); })) {
        control_.lastError = error;
        lanes_.log(LogLevel::error, error->message + (error->detail.empty() ? "" : " (" + error->detail + ")"));
        publisher_.publish(control_);
        runner_.cancelWork();
    }
    if (!runner_.hasWork())
        interests_.noteChange();
    publisher_.publishSometimes(control_);
    lanes_.waker.signal();
}

void EngineLoop::doJob() {
    if (jobs_.slice(control_.step))
        interests_.noteChange(); // it may have measured what probes show
    publisher_.publishSometimes(control_);
    lanes_.waker.signal();
}

void EngineLoop::makeStep() {
    StepOutcome outcome = StepOutcome::more;
    const auto error = errorOf(control_.step, [&] { outcome = runner_.step(lanes_); });
    const bool mayGoOn = error && (error->code == ErrorCode::nonFinite || error->code == ErrorCode::noPictures);
    if (error && !mayGoOn) {
        fail(*error);
        return;
    }
    if (error) {
        control_.enter(RunState::paused);
        control_.lastError = error;
        lanes_.log(LogLevel::error, error->message);
        publisher_.publish(control_);
        return;
    }
    if (outcome == StepOutcome::waiting) {
        publisher_.publishSometimes(control_);
        return;
    }
    control_.step = runner_.status().step;
    control_.credit.spendOne();
    lanes_.stampStep(control_.step);
    interests_.noteChange();
    if (outcome != StepOutcome::more) {
        control_.askEnd(outcome == StepOutcome::plannedEnd ? FinishReason::planned : FinishReason::limit);
        publisher_.publish(control_);
    } else if (control_.credit.isSpent()) {
        control_.enter(RunState::paused);
        publisher_.publish(control_);
    } else {
        publisher_.publishSometimes(control_);
        lanes_.waker.signal();
    }
}

void EngineLoop::rest() {
    publisher_.flush(control_);
    queue_.waitForNews();
}

void EngineLoop::finishRun() {
    control_.runIsOpen = false;
    runner_.finish(control_.reason, lanes_);
    control_.endPhase = EndPhase::none;
    control_.enter(RunState::finished);
    lanes_.log(LogLevel::info, endSentence(control_.reason, control_.step));
    interests_.noteChange();
    publisher_.publish(control_);
}

void EngineLoop::fail(Error error) {
    const bool again = control_.state == RunState::failed;
    const bool mustFinish = std::exchange(control_.runIsOpen, false);
    control_.enter(RunState::failed);
    control_.reason = FinishReason::failed;
    control_.credit = {};
    control_.endPhase = EndPhase::none;
    lanes_.log(LogLevel::error, error.message + (error.detail.empty() ? "" : " (" + error.detail + ")"));
    control_.lastError = std::move(error);
    if (mustFinish)
        if (const auto second = errorOf(control_.step, [this] { runner_.finish(FinishReason::failed, lanes_); }))
            lanes_.log(LogLevel::error, "The run's files were not closed properly: " + second->message);
    for (const ProbeRequest& request : interests_.takeUnanswered())
        publishAnswer({request.id, probeKind(request.question), control_.step, {}, control_.lastError});
    publisher_.publish(control_);
    if (again) // the failed state itself fails: wait for a person instead of failing in circles
        rest();
}

} // namespace dinoscope
