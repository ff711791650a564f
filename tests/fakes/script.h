// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"
#include "tests/fakes/gate.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

/// What a ScriptedRunner is to do, shared between it and the test. The plain members are set before the engine is made;
/// the functions take any thread.
///
/// Points of the gate and of failNext(), and names in calls(): "open", "load", "step", "work", "cancelWork",
/// "setParam", "probe", "startJob", "job", "cancelJob", "save", "history", "beginFinish", "finish".
class Script {
public:
    std::int64_t plannedSteps = 1500;
    std::int64_t evaluateEvery = 0;        ///< steps between evaluations; 0: none
    std::int64_t evaluationSlices = 3;     ///< also of the closing evaluation and of a job
    std::chrono::microseconds stepTime{0}; ///< how long a step lasts; for windows that people look at
    std::int64_t waitsForPictures = 0;     ///< calls of step that make none, before the first that does
    bool labelled = true;
    bool caches = true;         ///< pictures that were read stay in memory
    bool convolutional = false; ///< a backbone without attention
    /// Share of ln K that the teacher's entropy keeps: near 1 or 0 the run looks collapsed. Negative: an ordinary run.
    double entropyShare = -1;

    Gate gate;

    /// The next call of `point` throws `error`.
    void failNext(const std::string& point, Error error);
    /// The next call of `point` throws a plain std::runtime_error.
    void crashNext(const std::string& point);

    /// From now on what is saved fails on its way to the disk; nothing: it is saved.
    void failSaves(std::optional<Error> error);
    std::optional<Error> saveFailure() const;

    /// The calls that the runner has had, in order.
    std::vector<std::string> calls() const;

    /// What of one kind has arrived, in order: LoadCommand, SaveCommand, RequestProbeCommand also for interests,
    /// StartJobCommand.
    template <class C> std::vector<C> received() const {
        const std::lock_guard lock(mutex_);
        std::vector<C> found;
        for (const Command& command : received_)
            if (const C* one = std::get_if<C>(&command))
                found.push_back(*one);
        return found;
    }
    /// For the runner.
    void receive(Command command) {
        const std::lock_guard lock(mutex_);
        received_.push_back(std::move(command));
    }

    /// For the runner: notes the call, waits at the gate, throws what was ordered.
    void pass(const std::string& point);
    /// For the runner: notes the call and throws what was ordered, without waiting.
    void note(const std::string& point);

private:
    void throwOrdered(const std::string& point);

    mutable std::mutex mutex_;
    std::map<std::string, std::optional<Error>> orders_; ///< empty error: a plain exception
    std::optional<Error> saveFailure_;
    std::vector<std::string> calls_;
    std::vector<Command> received_;
};

} // namespace dinoscope
