// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_record.h"

#include "engine/support/check.h"

namespace dinoscope {

RunRecord::RunRecord(const std::string& folder, const std::string& configText, std::int64_t stepsPerEpoch, bool events)
    : stepsPerEpoch_(stepsPerEpoch), epochLog_(metricList()) {
    if (!folder.empty())
        folder_ = std::make_unique<RunFolder>(folder, metricList(), configText, events);
}

RunRecord::RunRecord(const std::string& folder, const Continuation& from, std::int64_t stepsPerEpoch, double seconds,
                     bool events)
    : stepsPerEpoch_(stepsPerEpoch), epochLog_(metricList()),
      folder_(std::make_unique<RunFolder>(folder, metricList(), from, events)), newest_{from.step, seconds},
      changes_(from.changes) {
    // The line of the epoch in work is made of its points again.
    for (const MetricPoint& point : folder_->history(Step{from.epoch.value * stepsPerEpoch + 1}))
        epochLog_.add(point);
    if (from.step.value > 0 && from.step.value % stepsPerEpoch == 0)
        ended_ = newest_;
}

void RunRecord::copyFrom(const std::string& folder, Step upTo) {
    for (const MetricPoint& point : MetricsStore::pointsUpTo(folder + "/metrics.sqlite", metricList(), upTo)) {
        if (folder_)
            folder_->add(point);
        else
            kept_.push_back(point);
    }
}

void RunRecord::flush() {
    if (folder_)
        folder_->flush();
}

void RunRecord::point(RunnerOutput& output, Metric metric, Step step, double value, double seconds) {
    if (ended_ && step > ended_->step)
        closeEpoch();
    const MetricPoint point{static_cast<std::uint32_t>(metric), step, value, seconds};
    output.point(point.metric, point.step, point.value, point.seconds);
    epochLog_.add(point);
    if (folder_)
        folder_->add(point);
    else
        kept_.push_back(point);
}

void RunRecord::endStep(RunnerOutput& output, Step step, double seconds) {
    if (step.value % stepsPerEpoch_ == 0)
        ended_ = {step, seconds};
    newest_ = {step, seconds};
    tellProblem(output);
}

void RunRecord::closeEpoch() {
    const auto [step, seconds] = std::exchange(ended_, std::nullopt).value_or(newest_);
    if (epochLog_.empty())
        return;
    const Epoch epoch{(step.value - 1) / stepsPerEpoch_};
    std::string line = epochLog_.finishEpoch(epoch, step, stepsPerEpoch_, seconds);
    if (folder_)
        folder_->addLogLine(std::move(line));
}

void RunRecord::change(const std::string& text, Step step, double seconds) {
    ++changes_;
    if (folder_)
        folder_->addChange({step, text, seconds});
}

void RunRecord::finish() {
    if (finished_)
        return;
    finished_ = true;
    closeEpoch();
    if (!folder_)
        return;
    const bool written = folder_->flush();
    folder_->close(); // the person is told what is missing
    if (written)
        return;
    folder_->takeProblem();
    throw EngineError(ErrorCode::io, "train",
                      "The last values of the run could not be written to '" + folder_->path() +
                          "'; the files there are incomplete. Free space on the disk before the next run.");
}

std::vector<MetricPoint> RunRecord::points() { return folder_ ? folder_->history(Step{}) : kept_; }

void RunRecord::replay(Step from, RunnerOutput& output) {
    const std::vector<MetricPoint> stored = folder_ ? folder_->history(from) : std::vector<MetricPoint>();
    for (const MetricPoint& point : folder_ ? stored : kept_)
        if (point.step >= from)
            output.point(point.metric, point.step, point.value, point.seconds);
}

void RunRecord::tellProblem(RunnerOutput& output) {
    if (!folder_)
        return;
    if (const std::string problem = folder_->takeProblem(); !problem.empty())
        output.log(LogLevel::error, problem);
}

} // namespace dinoscope
