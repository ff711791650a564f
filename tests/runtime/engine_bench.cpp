// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/runtime/engine_bench.h"

#include "tests/fakes/fake_catalog.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <stdexcept>

namespace dinoscope {
namespace {

constexpr std::chrono::seconds kPatience{60};

template <class Items> void append(Items& to, const Items& from) { to.insert(to.end(), from.begin(), from.end()); }

} // namespace

std::shared_ptr<Script> endlessScript() {
    auto script = std::make_shared<Script>();
    script->plannedSteps = 1'000'000;
    return script;
}

EngineBench::EngineBench() : EngineBench(endlessScript()) {}

EngineBench::EngineBench(std::shared_ptr<Script> script, std::shared_ptr<const EngineClock> clock,
                         std::size_t ringCapacity)
    : script_(std::move(script)) {
    EngineSettings settings;
    settings.clock = clock ? std::move(clock) : clock_;
    settings.ringCapacity = ringCapacity;
    engine_ = makeFakeEngine(script_, std::move(settings));
    engine_->setWake([this] {
        const std::lock_guard lock(mutex_);
        woken_ = true;
        news_.notify_one();
    });
}

EngineBench::~EngineBench() {
    gate().openForGood();
    engine_.reset();
}

void EngineBench::drain() {
    const Drained drained = engine_->drain(cursor_);
    cursor_ = drained.next;
    append(acknowledgements, drained.acknowledgements);
    append(points, drained.points);
    append(lines, drained.log);
    append(jobs, drained.jobs);
}

void EngineBench::waitUntil(const std::string& what, const std::function<bool()>& holds) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        drain();
        if (holds()) {
            drain();
            return;
        }
        std::unique_lock lock(mutex_);
        news_.wait_until(lock, deadline, [this] { return woken_; });
        if (std::chrono::steady_clock::now() >= deadline)
            throw std::runtime_error("waited in vain until " + what);
        woken_ = false;
    }
}

Acknowledgement EngineBench::answerTo(CommandId id) {
    const auto find = [&] {
        return std::find_if(acknowledgements.begin(), acknowledgements.end(),
                            [id](const auto& a) { return a.id == id; });
    };
    waitUntil("command " + std::to_string(id) + " is acknowledged", [&] { return find() != acknowledgements.end(); });
    return *find();
}

void EngineBench::apply(Command command) {
    const Acknowledgement answer = ask(std::move(command));
    if (answer.refused)
        throw std::runtime_error(std::string(commandName(answer.kind)) + " was refused: " + answer.refused->message);
}

void EngineBench::waitFor(RunState state) {
    waitUntil("the state is " + std::string(stateName(state)), [&] { return this->state() == state; });
}

ProbeResult EngineBench::answerOf(JobId id) {
    ProbeResult found;
    waitUntil("question " + std::to_string(id) + " is answered", [&] {
        for (ProbeResult& result : engine_->takeResults())
            if (result.id == id)
                found = std::move(result);
        return found.id == id;
    });
    return found;
}

JobResult EngineBench::endOfJob(JobId id) {
    const auto find = [&] {
        return std::find_if(jobs.begin(), jobs.end(), [id](const JobResult& result) { return result.id == id; });
    };
    waitUntil("job " + std::to_string(id) + " has ended", [&] { return find() != jobs.end(); });
    return *find();
}

void EngineBench::openAt(std::int64_t steps) {
    apply(OpenCommand{});
    if (steps == 0)
        return;
    apply(StepCommand{steps});
    waitFor(RunState::paused);
}

void EngineBench::openInStep() {
    apply(OpenCommand{});
    gate().hold("step");
    apply(RunCommand{});
    gate().waitForArrivals("step", 1);
}

int EngineBench::calls(const std::string& point) const {
    const auto all = script_->calls();
    return static_cast<int>(std::count(all.begin(), all.end(), point));
}

std::vector<std::string> EngineBench::order(const std::vector<std::string>& points) const {
    std::vector<std::string> found;
    for (const std::string& call : script_->calls())
        if (std::find(points.begin(), points.end(), call) != points.end())
            found.push_back(call);
    return found;
}

std::vector<double> EngineBench::valuesOf(const char* metric) const {
    std::vector<double> values;
    for (const MetricPoint& point : points)
        if (point.metric == fakeMetric(metric))
            values.push_back(point.value);
    return values;
}

bool EngineBench::logs(const std::string& part) const {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const LogLine& line) { return line.text.find(part) != part.npos; });
}

} // namespace dinoscope
