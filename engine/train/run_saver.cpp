// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_saver.h"

#include "engine/support/check.h"
#include "engine/support/utc_time.h"

#include <chrono>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kSlice{20};

} // namespace

RunSaver::RunSaver(const std::string& folder, const SaveOptions& options, Content content, std::function<void()> flush)
    : options_(options), content_(std::move(content)), flush_(std::move(flush)), writer_(folder) {}

void RunSaver::startFrom(std::int64_t step, double trainSeconds) {
    step_ = savedStep_ = step;
    trainSeconds_ = savedSeconds_ = trainSeconds;
}

void RunSaver::stepEnded(std::int64_t step, std::int64_t stepsPerEpoch, double trainSeconds) {
    step_ = step;
    trainSeconds_ = trainSeconds;
    const auto endsEpochOf = [&](std::int64_t epochs) { return epochs > 0 && step % (epochs * stepsPerEpoch) == 0; };
    const bool epoch = endsEpochOf(options_.everyEpochs) || endsEpochOf(options_.keepEveryEpochs);
    const bool time = options_.everyMinutes > 0 && trainSeconds - savedSeconds_ >= 60 * options_.everyMinutes;
    due_ = due_ || epoch || time;
}

void RunSaver::askByHand(const std::string& note) {
    byHand_ = note;
    due_ = true;
}

void RunSaver::begin() {
    due_ = false; // whatever comes of it, so that a failure is told once
    savedSeconds_ = trainSeconds_;
    CheckpointContent content = content_();
    content.moment.kept = byHand_.has_value();
    content.moment.note = byHand_.value_or(std::string());
    content.moment.savedAt = utcNow();
    writer_.save(std::move(content), {options_.keepLast, options_.keepEveryEpochs, options_.keepBest}, flush_);
    byHand_.reset();
    savedStep_ = step_;
}

void RunSaver::tell(RunnerOutput& output, const CheckpointWriter::Outcome& outcome) {
    const std::string step = std::to_string(outcome.step.value);
    if (outcome.entry) {
        failure_.reset();
        output.log(LogLevel::info, "Saved the checkpoint of step " + step + ", " +
                                       std::to_string(outcome.entry->bytes / 1000000) + " MB.");
        return;
    }
    if (savedStep_ == outcome.step.value)
        savedStep_ = -1;
    failure_ = outcome.error;
    failure_->message = "The checkpoint of step " + step + " was not saved: " + outcome.error->message +
                        " Training goes on; the earlier checkpoints are untouched.";
    output.log(LogLevel::error, failure_->message);
}

bool RunSaver::tend(RunnerOutput& output, bool mayBegin) {
    const auto outcome = writer_.take();
    if (outcome)
        tell(output, *outcome);
    if (due_ && mayBegin && !writer_.isBusy())
        begin();
    return outcome.has_value();
}

void RunSaver::closingSlice(RunnerOutput& output) {
    if (writer_.isBusy()) {
        const auto outcome = writer_.waitFor(kSlice);
        if (outcome && outcome->error && closingTried_)
            failClosing(*outcome);
        if (outcome)
            tell(output, *outcome);
        return;
    }
    if (!closingTried_ && (byHand_ || savedStep_ != step_)) {
        closingTried_ = true;
        begin();
    } else {
        closing_ = false;
    }
}

void RunSaver::failClosing(const CheckpointWriter::Outcome& outcome) {
    closing_ = false;
    savedStep_ = -1;
    throw EngineError(outcome.error->code, "train",
                      "The end of the run, step " + std::to_string(outcome.step.value) +
                          ", was not saved: " + outcome.error->message + " The earlier checkpoints are untouched.");
}

void RunSaver::finish(RunnerOutput& output) {
    // After a failure the state may be half of a step: nothing of it is saved any more.
    closing_ = due_ = false;
    byHand_.reset();
    if (const auto outcome = writer_.wait())
        tell(output, *outcome);
}

} // namespace dinoscope
