// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/step_runner.h"
#include "tests/fakes/fake_answers.h"
#include "tests/fakes/script.h"

#include <deque>
#include <memory>
#include <optional>

namespace dinoscope {

/// A runner that learns nothing, very fast, and does what its script says. Its curves look like those of a run: falling
/// loss, rising k-NN.
class ScriptedRunner : public StepRunner {
public:
    explicit ScriptedRunner(std::shared_ptr<Script> script);

    const EngineCatalog& catalog() const override { return catalog_; }
    void open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) override;
    std::shared_ptr<const RunInfo> info() const override { return info_; }
    std::shared_ptr<const ParamSet> params() const override { return params_; }
    RunnerStatus status() const override { return status_; }
    StepOutcome step(RunnerOutput& output) override;
    bool hasWork() const override { return workLeft_ > 0; }
    void workSlice(RunnerOutput& output) override;
    void cancelWork() override;
    std::string setParam(const ParamSpec& spec, const ParamValue& value) override;
    ProbeResult probe(const ProbeRequest& request) override;
    std::unique_ptr<Job> startJob(const JobRequest& request) override;
    void save(const SaveCommand& command, RunnerOutput& output) override;
    void load(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) override;
    void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
    bool tend(RunnerOutput& output) override;
    void replayHistory(Step from, RunnerOutput& output) override;
    void beginFinish(FinishReason reason, bool quick, RunnerOutput& output) override;
    void finish(FinishReason reason, RunnerOutput& output) override;
    void recordAcknowledgement(const Acknowledgement& acknowledgement) override;

private:
    void prepare(const std::string& point, const ParamSet& params, const std::function<bool()>& keepGoing);
    void record(RunnerOutput& output, const char* metric, double value);
    void recordStep(RunnerOutput& output);
    void readPictures();
    void queueEvaluation();
    double real(const char* id) const;
    FakeCropping cropping() const;

    std::shared_ptr<Script> script_;
    EngineCatalog catalog_;
    std::shared_ptr<const RunInfo> info_;
    std::shared_ptr<const ParamSet> params_;
    RunnerStatus status_;
    std::int64_t maxSteps_ = 0;
    std::int64_t workLeft_ = 0;
    std::optional<Step> measured_;              ///< of the newest evaluation that was completed
    std::optional<FakeCropping> batchCropping_; ///< of the newest batch
    std::vector<MetricPoint> history_;
    std::function<void()> wake_;
    bool saved_ = false; ///< since the last tend()
};

} // namespace dinoscope
