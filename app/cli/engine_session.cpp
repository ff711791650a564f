// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/engine_session.h"

#include "app/cli/failure.h"
#include "app/cli/interrupts.h"

#include <algorithm>
#include <stdexcept>

#include <unistd.h>

namespace dinoscope {
namespace {

constexpr int kLookMs = 200;
constexpr int kInterruptedCode = 130;
constexpr std::chrono::seconds kPatience{2}; ///< for the second interrupt to end the run

} // namespace

EngineSession::EngineSession(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {
    engine_->setWake([] { Interrupts::wake(); });
}

EngineSession::~EngineSession() { engine_->close(); }

std::uint32_t EngineSession::indexOf(const std::string& metric) const {
    const std::vector<MetricSpec>& metrics = engine_->catalog().metrics;
    for (std::size_t i = 0; i < metrics.size(); ++i)
        if (metrics[i].id == metric)
            return static_cast<std::uint32_t>(i);
    throw std::out_of_range("no metric '" + metric + "'");
}

std::optional<double> EngineSession::newest(const std::string& metric) const {
    const auto found = newest_.find(indexOf(metric));
    return found == newest_.end() ? std::nullopt : std::optional(found->second);
}

bool EngineSession::endsTheProgram(const LogLine& line) const {
    if (line.level == LogLevel::info)
        return false;
    const auto said = [&line](const std::optional<Error>& error) {
        return error && line.text.find(error->message) != line.text.npos;
    };
    const auto now = snapshot();
    const bool ends = hasEnded() || now->state == RunState::stopping;
    if (ends && now->lastError && now->lastError->step == now->step && said(now->lastError))
        return true;
    return !interrupted() && // else a refusal ends nothing
           (std::any_of(answers_.begin(), answers_.end(), [&](const auto& answer) { return said(answer.second); }) ||
            std::any_of(ended_.begin(), ended_.end(), [&](const auto& end) { return said(end.second.error); }));
}

void EngineSession::pump() {
    Interrupts::wait(kLookMs);
    obeyInterrupts();
    const Drained news = engine_->drain(cursor_);
    cursor_ = news.next;
    for (const MetricPoint& point : news.points)
        newest_[point.metric] = point.value;
    for (const Acknowledgement& answer : news.acknowledgements)
        answers_[answer.id] = answer.refused;
    for (const JobResult& result : news.jobs)
        ended_[result.id] = result;
    if (watcher_)
        watcher_(*this, news);
}

void EngineSession::obeyInterrupts() {
    const auto now = std::chrono::steady_clock::now();
    for (; interruptsObeyed_ < Interrupts::count(); ++interruptsObeyed_) {
        engine_->post(job_ != 0 ? Command(CancelJobCommand{job_}) : Command(StopCommand{}));
        lastInterrupt_ = now;
    }
    if (interruptsObeyed_ > 1 && now - lastInterrupt_ > kPatience)
        ::_exit(kInterruptedCode);
}

void EngineSession::perform(Command command) {
    const CommandId id = engine_->post(std::move(command));
    while (!answers_.contains(id))
        pump();
    if (const auto& refused = answers_[id]; refused && !interrupted())
        throw Failure(*refused);
}

JobAnswer EngineSession::perform(const JobRequest& request) {
    static constexpr JobId kJob = 1;
    ended_.erase(kJob);
    job_ = kJob;
    perform(Command(StartJobCommand{kJob, request}));
    while (!ended_.contains(kJob))
        pump();
    job_ = 0;
    JobResult& result = ended_.at(kJob);
    if (result.error)
        throw Failure(*result.error);
    return std::move(result.answer);
}

bool EngineSession::hasEnded() const {
    const auto now = snapshot();
    return now->state == RunState::finished || now->state == RunState::failed || now->state == RunState::empty ||
           (now->state == RunState::paused && now->lastError);
}

std::optional<Error> EngineSession::failureAtTheEnd() const {
    const auto end = snapshot();
    return end->state == RunState::finished && end->lastError && end->lastError->step == end->step ? end->lastError
                                                                                                   : std::nullopt;
}

void EngineSession::train(const Command& prepare) {
    perform(prepare);
    if (!interrupted())
        perform(RunCommand{});
    while (!hasEnded())
        pump();
    const auto end = snapshot();
    if (end->state == RunState::paused) {
        perform(StopCommand{});
        while (snapshot()->state == RunState::stopping)
            pump();
    }
    pump(); // the last points
    if (end->lastError && end->state != RunState::finished)
        throw Failure(end->lastError->message, kFailureCode);
}

} // namespace dinoscope
