// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/snapshot.h"
#include "engine/augment/evaluation_transform.h"
#include "engine/data/loader.h"
#include "engine/data/open_source.h"
#include "engine/probes/softmax_probe.h"
#include "engine/runtime/step_runner.h"
#include "engine/support/slices.h"
#include "engine/train/accuracy_watch.h"
#include "engine/train/run_record.h"
#include "engine/train/run_saver.h"
#include "engine/train/run_settings.h"
#include "engine/train/training_clock.h"
#include "engine/train/training_step.h"

#include <functional>
#include <memory>
#include <set>

namespace dinoscope {

struct ModelFile;
struct SavedRun;

/// What a run goes on from; at most one of them. A fresh run has none.
struct RunStart {
    /// Networks, and as far as it has them optimiser, centre and epoch. A network that it lacks is a copy of the other
    /// one; a head that it lacks starts fresh.
    const ModelFile* file = nullptr;
    /// A checkpoint: in the folder it lies in the run goes on as if it had never ended, in another one from there.
    const SavedRun* saved = nullptr;
    /// Settings of the run in the folder, which ended before its first checkpoint: it begins there again.
    const ParamSet* unsaved = nullptr;
    bool look = false; ///< a checkpoint of the planned end is welcome, too
};

/// One open run: data, loader, networks, accuracies and record. Engine thread only.
class LiveRun {
public:
    /// Told what is being prepared; returns false to give up.
    using Progress = std::function<bool(const WorkProgress& work)>;

    /// Reads the data and builds everything. The run folder is made last, so that a failure leaves none behind.
    /// @throws EngineError: badInput, badParameter, notFound, io, or cancelled when `progress` gives up.
    LiveRun(const OpenCommand& command, const EngineCatalog& catalog, const RunStart& start, RunnerOutput& output,
            const Progress& progress);
    ~LiveRun();

    const std::shared_ptr<const RunInfo>& info() const { return info_; }
    const std::shared_ptr<const ParamSet>& params() const { return params_; }
    const RunSettings& settings() const { return settings_; }
    RunnerStatus status() const;
    /// A probe took so long. While the run trains this is training time: watching is not free.
    void noteWatched(double seconds) { clock_.watched(seconds); }

    /// One training step, or StepOutcome::waiting. After EngineError(nonFinite), or (noPictures) when the folder of the
    /// pictures has gone or more than data.max_bad_share of them cannot be read, the same batch is tried again by the
    /// next call.
    StepOutcome step(RunnerOutput& output);

    bool hasWork() const { return isMeasuring() || (saver_ && saver_->isClosing()); }
    void workSlice(RunnerOutput& output);
    void cancelWork();
    /// Measures the present state as work, unless that has been done: the features of the references, and with labels
    /// the accuracies. Without labels the first call reads the references, too.
    void evaluate();
    bool isLabelled() const { return accuracy_.measures(); }

    /// To be called before each turn: begins and reports saves of checkpoints. @returns whether one has ended.
    bool tend(RunnerOutput& output);
    /// Null for a run without a folder.
    RunSaver* saver() { return saver_.get(); }
    void finish(RunnerOutput& output);

    /// @returns "id: old -> new". On an error nothing has changed. @throws EngineError.
    std::string setParam(const EngineCatalog& catalog, const ParamSpec& spec, const ParamValue& value);

    /// Says how often a picture could not be read, if that happened.
    void reportReplacedCount(RunnerOutput& output) const;

    RunRecord& record() { return *record_; }
    TrainingStep& training() { return *training_; }
    const TrainingStep& training() const { return *training_; }
    double trainSeconds() const { return trainSeconds_; }
    Step stepNumber() const { return Step{training_->step()}; }

    // For probes.
    const ImageSource& source() const { return *shown_; }
    Normalization normalization() const;
    /// The batch of the newest step; null before the first.
    const BatchPtr& newestBatch() const { return newest_; }
    /// Which picture, with which random choices, row `row` of the batch is that step `step`, counted from 0, takes.
    ViewKey rowOfStep(std::int64_t step, std::int64_t row) const;
    /// How a network sees a whole picture when it is evaluated.
    EvaluationTransform evaluation() const;
    /// The references with their features of the newest evaluation; null before the first.
    const std::shared_ptr<const FeatureBank>& bank() const { return bank_; }
    /// The references, seen as in every evaluation; null if they were not read yet.
    const std::shared_ptr<const KnnProtocol>& protocol() const { return accuracy_.protocol(); }
    /// Logits of the newest step; before the first those are missing and batchSize is 0.
    BatchLogits newestLogits() const;

private:
    bool isMeasuring() const { return accuracy_.isBusy() || references_; }
    void adopt(const ModelFile& start, RunnerOutput& output);
    void takeUp(const SavedRun& saved, bool look, RunnerOutput& output);
    void makeRecord(const OpenCommand& command, const EngineCatalog& catalog, const RunStart& start);
    NamedTensors state();
    CheckpointContent checkpoint();
    void openData(const Progress& progress, std::vector<ReferenceLine>& lines);
    std::unique_ptr<Loader> makeLoader(const AugmentOptions& augment, std::int64_t firstBatch) const;
    void changeAugment(const AugmentOptions& augment);
    RunSettings evaluationSettings() const;
    void reportOpened(RunnerOutput& output) const;
    void fillInfo(const OpenCommand& command, std::vector<ReferenceLine> lines);
    BatchPtr nextBatch();
    StepOutcome waited(RunnerOutput& output, double seconds);
    void reportReplaced(RunnerOutput& output);
    void checkBadShare() const;
    void recordStep(RunnerOutput& output, const StepMetrics& metrics);
    void recordHealth(RunnerOutput& output, Step step);
    void makeLinearProbes();
    torch::Tensor firstViews(const torch::Tensor& rows) const;
    void trainLinearProbes();
    void readReference();
    void beginEvaluation();

    void measureTimes(const StepMetrics& metrics, double seconds);
    double secondsLeft() const;
    StepOutcome outcome() const;

    std::shared_ptr<const ParamSet> params_;
    RunSettings settings_;
    std::int64_t evaluationSide_; ///< of the whole pictures in evaluations: a global crop's when the run was begun
    std::int64_t maxSteps_ = 0, startStep_ = 0;
    double maxSeconds_ = 0;
    DataSets sets_;
    ImageSourcePtr shown_; ///< the training pictures for the engine thread, which no disk may hold up
    std::unique_ptr<TrainingStep> training_;
    std::unique_ptr<Loader> loader_; ///< null after it has failed
    AccuracyWatch accuracy_;
    std::optional<Slices<std::shared_ptr<const KnnProtocol>>> references_; ///< being read
    std::optional<OnlineLinearProbe> linearStudent_, linearTeacher_;
    std::shared_ptr<const FeatureBank> bank_;
    std::optional<double> measuredAccuracy_; ///< k-NN of the teacher at schedule().measured, in percent
    std::unique_ptr<RunRecord> record_;
    std::unique_ptr<RunSaver> saver_;
    std::shared_ptr<const RunInfo> info_;

    BatchPtr pending_; ///< taken from the loader, its step not made yet
    BatchPtr newest_;  ///< of the newest step
    StepMetrics newestMetrics_;
    std::int64_t replacedCount_ = 0;
    std::set<SampleIndex> bad_; ///< pictures that could not be read since the run was opened
    double waitedFor_ = 0;      ///< seconds, for the batch of the next step
    WaitingNotice waitingNotice_;
    TrainingClock clock_;
    double trainSeconds_ = 0;
    double stepSeconds_ = 0, waitSeconds_ = 0; ///< exponential averages
    StepTimes times_;
};

} // namespace dinoscope
