// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/command_desk.h"

#include "engine/runtime/caught_error.h"
#include "engine/runtime/out_lanes.h"
#include "engine/runtime/snapshot_publisher.h"
#include "engine/support/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::string_view kClosing = "The program is being closed.";

Error notAllowed(std::string_view reason, Step step) {
    return {ErrorCode::notAllowed, "runtime", std::string(reason), {}, step};
}

/// Whether a command can be carried out while the runner is busy preparing a run.
bool needsNoRunner(CommandKind kind) { return kind == CommandKind::stop || kind == CommandKind::setInterest; }

void append(std::deque<PostedCommand>& to, std::deque<PostedCommand> from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

} // namespace

CommandDesk::CommandDesk(CommandQueue& queue, StepRunner& runner, RunControl& control, InterestTable& interests,
                         JobQueue& jobs, OutLanes& lanes, SnapshotPublisher& publisher)
    : queue_(queue), runner_(runner), control_(control), interests_(interests), jobs_(jobs), lanes_(lanes),
      publisher_(publisher) {}

void CommandDesk::handleWaiting() {
    append(waiting_, queue_.takeAll());
    while (!waiting_.empty()) {
        const PostedCommand posted = std::move(waiting_.front());
        waiting_.pop_front();
        handle(posted);
    }
}

void CommandDesk::refuseTheRest() {
    append(waiting_, queue_.shut());
    while (!waiting_.empty()) {
        const PostedCommand posted = std::move(waiting_.front());
        waiting_.pop_front();
        answer({posted.id, commandKind(posted.command), control_.step, notAllowed(kClosing, control_.step), {}},
               control_.state);
    }
}

std::optional<Error> CommandDesk::reasonAgainst(CommandKind kind) const {
    if (queue_.closeRequested() && kind != CommandKind::stop)
        return notAllowed(kClosing, control_.step);
    if (const std::string_view reason = refusal(control_.state, kind); !reason.empty())
        return notAllowed(reason, control_.step);
    return std::nullopt;
}

void CommandDesk::handle(const PostedCommand& posted) {
    const CommandKind kind = commandKind(posted.command);
    const RunState before = control_.state;
    Acknowledgement acknowledgement{posted.id, kind, control_.step, reasonAgainst(kind), {}};
    if (!acknowledgement.refused)
        acknowledgement.refused = errorOf(control_.step, [&] {
            acknowledgement.detail = std::visit([this](const auto& command) { return apply(command); }, posted.command);
        });
    acknowledgement.step = control_.step;
    answer(std::move(acknowledgement), before);
}

void CommandDesk::answer(Acknowledgement acknowledgement, RunState before) {
    const CommandKind kind = acknowledgement.kind;
    const bool paramChanged = kind == CommandKind::setParam && !acknowledgement.refused;
    const bool prepared = kind == CommandKind::open || kind == CommandKind::load; // may end in the state it began in
    if (control_.state != before || paramChanged || prepared || kind == CommandKind::stop)
        publisher_.publish(control_);
    if (acknowledgement.refused && acknowledgement.refused->code != ErrorCode::cancelled)
        lanes_.log(LogLevel::warning, "Refused (" + std::string(commandName(acknowledgement.kind)) +
                                          "): " + acknowledgement.refused->message);
    else if (paramChanged)
        lanes_.log(LogLevel::info, "Changed " + acknowledgement.detail + ".");
    if (paramChanged)
        if (const auto error = errorOf(control_.step, [&] { runner_.recordAcknowledgement(acknowledgement); }))
            lanes_.log(LogLevel::warning, "The change was not written to the run's record: " + error->message);
    lanes_.events.append(std::move(acknowledgement));
    lanes_.waker.signal();
}

bool CommandDesk::keepPreparing() {
    append(waiting_, queue_.takeAll());
    std::deque<PostedCommand> later;
    while (!waiting_.empty()) {
        PostedCommand posted = std::move(waiting_.front());
        waiting_.pop_front();
        const CommandKind kind = commandKind(posted.command);
        if (needsNoRunner(kind) || reasonAgainst(kind))
            handle(posted);
        else
            later.push_back(std::move(posted));
    }
    waiting_ = std::move(later);
    publisher_.publishSometimes(control_);
    return control_.state == RunState::starting && !queue_.closeRequested();
}

void CommandDesk::prepare(const std::function<void(const std::function<bool()>&)>& work) {
    if (control_.runIsOpen)
        if (const auto error = errorOf(control_.step, [&] { runner_.finish(FinishReason::stopped, lanes_); }))
            lanes_.log(LogLevel::warning, "The former run was not closed properly: " + error->message);
    control_ = {};
    control_.state = RunState::starting;
    control_.requested = RunState::ready;
    lanes_.stampStep({});
    publisher_.publish(control_);
    const auto error = errorOf(Step{}, [&] { work([this] { return keepPreparing(); }); });
    interests_.noteChange();
    if (!error) {
        control_.runIsOpen = control_.hasRun = true;
        control_.step = runner_.status().step;
        lanes_.stampStep(control_.step);
        if (control_.state == RunState::starting)
            control_.enter(RunState::ready);
        return;
    }
    control_ = {};
    if (error->code != ErrorCode::cancelled) {
        control_.enter(RunState::failed);
        control_.reason = FinishReason::failed;
        control_.lastError = error;
    }
    for (const ProbeRequest& request : interests_.takeUnanswered())
        lanes_.results.put({request.id, probeKind(request.question), control_.step, {}, error});
    throw EngineError(*error);
}

std::string CommandDesk::apply(const OpenCommand& command) {
    prepare([&](const std::function<bool()>& keepGoing) { runner_.open(command, lanes_, keepGoing); });
    return {};
}

std::string CommandDesk::apply(const LoadCommand& command) {
    prepare([&](const std::function<bool()>& keepGoing) { runner_.load(command, lanes_, keepGoing); });
    return {};
}

std::string CommandDesk::apply(const RunCommand&) {
    control_.enter(nextState(control_.state, CommandKind::run).value());
    control_.credit = {true, 0};
    control_.lastError.reset();
    return {};
}

std::string CommandDesk::apply(const PauseCommand&) {
    control_.state = nextState(control_.state, CommandKind::pause).value();
    control_.requested = RunState::paused;
    control_.credit = {};
    return {};
}

std::string CommandDesk::apply(const StepCommand& command) {
    if (command.count < 1)
        throw EngineError(ErrorCode::badInput, "runtime",
                          "The number of steps must be at least 1, not " + std::to_string(command.count) + ".");
    control_.enter(nextState(control_.state, CommandKind::step).value());
    control_.credit = {false, command.count};
    control_.lastError.reset();
    return {};
}

std::string CommandDesk::apply(const StopCommand&) {
    if (control_.state != RunState::stopping) {
        control_.askEnd(FinishReason::stopped);
        return {};
    }
    control_.quickEnd = true;
    if (control_.endPhase == EndPhase::closingWork)
        runner_.cancelWork();
    return "closing evaluation skipped";
}

std::string CommandDesk::apply(const SetParamCommand& command) {
    const ParamTable& table = runner_.catalog().params;
    const ParamSpec* spec = table.find(command.id);
    if (!spec)
        throw EngineError(table.unknown(command.id));
    if (auto error = checkParam(*spec, command.value))
        throw EngineError(*error);
    if (spec->takesEffect == TakesEffect::newRun)
        throw EngineError(ErrorCode::notAllowed, "runtime",
                          "'" + spec->id + "' (" + spec->label +
                              ") is fixed while a run is open; start a new run with it.");
    ParamValue value = command.value;
    if (const auto* whole = std::get_if<std::int64_t>(&value); whole && spec->type == ParamType::real)
        value = static_cast<double>(*whole);
    std::string detail = runner_.setParam(*spec, value);
    interests_.noteChange();
    return detail;
}

std::string CommandDesk::apply(const SaveCommand& command) {
    runner_.save(command, lanes_);
    return {};
}

std::string CommandDesk::apply(const RequestProbeCommand& command) {
    const ProbeKind kind = probeKind(command.request.question);
    if (interests_.isStale(kind, command.request.id))
        throw EngineError(ErrorCode::cancelled, "runtime", "A newer question of this kind has been asked.");
    interests_.askOnce(command.request);
    lanes_.results.dropOlder(kind, command.request.id);
    return {};
}

std::string CommandDesk::apply(const SetInterestCommand& command) {
    if (command.request && probeKind(command.request->question) != command.kind)
        throw EngineError(ErrorCode::badInput, "runtime", "The question is of another kind than the interest.");
    interests_.setInterest(command.kind, command.request,
                           std::chrono::milliseconds(std::max<std::int64_t>(0, command.intervalMs)));
    if (command.request)
        lanes_.results.dropOlder(command.kind, command.request->id);
    return {};
}

std::string CommandDesk::apply(const RequestHistoryCommand& command) {
    runner_.replayHistory(command.from, lanes_);
    return {};
}

std::string CommandDesk::apply(const StartJobCommand& command) {
    jobs_.add(command.id, runner_.startJob(command.request));
    return {};
}

std::string CommandDesk::apply(const CancelJobCommand& command) {
    jobs_.cancel(command.id, control_.step);
    return {};
}

} // namespace dinoscope
