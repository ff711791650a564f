// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/runtime/step_runner.h"

#include <memory>

namespace dinoscope {

class KeptMoment;
class LiveRun;
struct RunStart;

/// The training behind the engine: at most one LiveRun at a time. It stays for probes after its end, until the next
/// open().
class TrainingRunner : public StepRunner {
public:
    TrainingRunner();
    ~TrainingRunner() override;

    const EngineCatalog& catalog() const override { return catalog_; }
    void open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) override;
    std::shared_ptr<const RunInfo> info() const override;
    std::shared_ptr<const ParamSet> params() const override;
    RunnerStatus status() const override;
    StepOutcome step(RunnerOutput& output) override;
    bool hasWork() const override;
    void workSlice(RunnerOutput& output) override;
    void cancelWork() override;
    std::string setParam(const ParamSpec& spec, const ParamValue& value) override;
    ProbeResult probe(const ProbeRequest& request) override;
    std::unique_ptr<Job> startJob(const JobRequest& request) override;
    void save(const SaveCommand& command, RunnerOutput& output) override;
    void load(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) override;
    void replayHistory(Step from, RunnerOutput& output) override;
    void beginFinish(FinishReason reason, bool quick, RunnerOutput& output) override;
    void finish(FinishReason reason, RunnerOutput& output) override;
    void recordAcknowledgement(const Acknowledgement& acknowledgement) override;
    void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
    bool tend(RunnerOutput& output) override;

private:
    void prepare(const OpenCommand& command, const RunStart& start, RunnerOutput& output,
                 const std::function<bool()>& keepGoing);
    void resume(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing);
    /// @throws EngineError(notAllowed) without a run.
    LiveRun& run() const;

    const EngineCatalog catalog_;
    std::shared_ptr<LiveRun> run_;
    std::unique_ptr<KeptMoment> moment_; ///< of `run_`, that was asked about last
    WorkProgress preparing_;
    std::function<void()> wake_;
};

} // namespace dinoscope
