// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_record.h"

namespace dinoscope {

RunRecord::RunRecord(const std::string& folder, const std::string& configText, std::int64_t stepsPerEpoch)
    : stepsPerEpoch_(stepsPerEpoch), epochLog_(metricList()) {
    if (!folder.empty())
        folder_ = std::make_unique<RunFolder>(folder, metricList(), configText);
}

void RunRecord::point(RunnerOutput& output, Metric metric, Step step, double value, double seconds) {
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
        endEpoch(step, seconds);
    tellProblem(output);
}

void RunRecord::endEpoch(Step step, double seconds) {
    const Epoch epoch{(step.value - 1) / stepsPerEpoch_};
    std::string line = epochLog_.finishEpoch(epoch, step, stepsPerEpoch_, seconds);
    if (folder_)
        folder_->addLogLine(std::move(line));
}

void RunRecord::change(const std::string& text, Step step, double seconds) {
    if (folder_)
        folder_->addChange({step, text, seconds});
}

void RunRecord::finish(RunnerOutput& output, Step step, double seconds) {
    if (finished_)
        return;
    finished_ = true;
    if (!epochLog_.empty())
        endEpoch(step, seconds);
    if (folder_)
        folder_->flush();
    tellProblem(output);
}

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
