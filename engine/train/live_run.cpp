// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/live_run.h"

#include "engine/api/config_file.h"
#include "engine/backbones/backbone.h"
#include "engine/checkpoint/model_file.h"
#include "engine/data/epoch_order.h"
#include "engine/support/check.h"
#include "engine/support/crash_report.h"
#include "engine/train/adopt_networks.h"
#include "engine/train/feature_health.h"
#include "engine/train/knn_protocol.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/saved_run.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <utility>

namespace dinoscope {
namespace {

constexpr double kAverageOver = 20; ///< steps

double secondsOf(std::chrono::steady_clock::time_point time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The values of a command laid over the defaults, so that an incomplete set is complete.
std::shared_ptr<const ParamSet> completed(const ParamTable& table, const ParamSet& given) {
    auto complete = std::make_shared<ParamSet>(table);
    for (const auto& [id, value] : given.values())
        if (auto error = complete->set(table, id, value))
            throw EngineError(*error);
    return complete;
}

std::vector<torch::Tensor> cropBlocks(const Batch& batch) {
    const auto block = [](const float* values, std::int64_t rows, std::int64_t channels, std::int64_t side) {
        return torch::from_blob(const_cast<float*>(values), {rows, channels, side, side}, torch::kFloat32);
    };
    std::vector<torch::Tensor> blocks{
        block(batch.globals(), batch.globalCrops * batch.size, batch.channels, batch.globalSize)};
    if (batch.localCrops > 0)
        blocks.push_back(block(batch.locals(), batch.localCrops * batch.size, batch.channels, batch.localSize));
    return blocks;
}

} // namespace

LiveRun::LiveRun(const OpenCommand& command, const EngineCatalog& catalog, const RunStart& start, RunnerOutput& output,
                 const Progress& progress)
    : params_(completed(catalog.params, command.params)), settings_(readSettings(*params_)),
      evaluationSide_(start.saved ? start.saved->progress.evaluationSide : settings_.augment.globalSize),
      maxSteps_(command.maxSteps), maxSeconds_(60 * command.maxMinutes), accuracy_(nullptr, settings_.eval) {
    if (auto error = checkTogether(settings_))
        throw EngineError(*error);
    if (!std::isfinite(maxSeconds_) || maxSeconds_ < 0 || maxSteps_ < 0)
        throw EngineError(ErrorCode::badParameter, "train",
                          "A limit of steps or minutes is a number above 0, or 0 for none: give another");
    at::set_num_threads(computeThreads(settings_.run));
    std::vector<ReferenceLine> lines;
    openData(progress, lines);
    const std::int64_t stepsPerEpoch = sets_.train->count() / settings_.run.batchSize;
    training_ = std::make_unique<TrainingStep>(trainingOptions(settings_, sets_.train->channels(), stepsPerEpoch));
    makeLinearProbes();
    if (start.file)
        adopt(*start.file, output);
    if (start.saved)
        takeUp(*start.saved, start.look, output);
    loader_ = makeLoader(settings_.augment, training_->step());
    lines.push_back({"Loss", "ln K", std::log(static_cast<double>(settings_.head.outDim))});
    fillInfo(command, std::move(lines));
    makeRecord(command, catalog, start);
    reportOpened(output);
    if (accuracy_.isDue(training_->step(), trainSeconds_)) // the networks are measured before they learn, too
        evaluate();
}

LiveRun::~LiveRun() { noteRunForCrashReport({}); }

void LiveRun::adopt(const ModelFile& start, RunnerOutput& output) {
    adoptNetworks(*training_, start);
    if (start.epoch && start.has("student.") && start.has("teacher."))
        training_->setStep(*start.epoch * training_->plan().stepsPerEpoch);
    startStep_ = training_->step();
    if (startStep_ >= training_->plan().totalSteps)
        throw EngineError(ErrorCode::badParameter, "train",
                          "'" + start.path + "' has " + std::to_string(*start.epoch) +
                              " finished epochs and optim.epochs is " + std::to_string(settings_.optim.epochs) +
                              ": raise optim.epochs to train on.");
    output.log(LogLevel::info,
               "Goes on from " + start.path + " (" + start.kind + ") at step " + std::to_string(startStep_) + ".");
    for (const std::string& note : start.notes)
        output.log(LogLevel::warning, note);
    if (!start.has("teacher.head.") && !start.has("student.head."))
        output.log(LogLevel::warning, "The file has no projection head; a fresh one is trained.");
}

void LiveRun::reportOpened(RunnerOutput& output) const {
    output.log(LogLevel::info, "Opened " + info_->dataName + ": " + std::to_string(info_->sampleCount) + " pictures, " +
                                   std::to_string(info_->stepsPerEpoch) + " steps an epoch, " +
                                   std::to_string(info_->plannedSteps) + " planned.");
    for (const std::string& note : sets_.notes)
        output.log(LogLevel::info, note);
    if (!isLabelled())
        output.log(LogLevel::warning, "The pictures have no labels to measure with, so there are no accuracy curves.");
    if (settings_.run.precision == "bfloat16" && settings_.run.device == "cpu" && !processorHasBfloat16())
        output.log(LogLevel::warning, "This processor does not multiply in bfloat16; float32 will be faster.");
}

void LiveRun::makeLinearProbes() {
    if (!isLabelled() || !settings_.eval.linear)
        return;
    OnlineLinearOptions options;
    options.rate = settings_.eval.linearRate;
    options.seed = static_cast<std::uint64_t>(settings_.run.seed);
    const std::int64_t width = training_->student().backbone().traits().width;
    const auto classes = static_cast<std::int64_t>(sets_.train->classNames().size());
    linearStudent_.emplace(width, classes, options);
    linearTeacher_.emplace(width, classes, options);
}

/// Of crop-major rows those of a network's first two views, or of its only one: the global views, and of a student that
/// sees none the first local ones. So both networks are judged by equally many rows, and nothing is computed for it.
torch::Tensor LiveRun::firstViews(const torch::Tensor& rows) const {
    return rows.narrow(0, 0, std::min(rows.size(0), kGlobalCrops * settings_.run.batchSize));
}

void LiveRun::trainLinearProbes() {
    if (!linearStudent_ || newest_->labels.empty())
        return;
    const torch::Tensor labels = torch::tensor(newest_->labels, torch::kInt64);
    const auto add = [&](OnlineLinearProbe& probe, MultiCropNetwork& network) {
        const torch::Tensor features = firstViews(network.lastFeatures());
        probe.add(features, labels.repeat({features.size(0) / labels.numel()}));
    };
    add(*linearStudent_, training_->student());
    add(*linearTeacher_, training_->teacher());
}

void LiveRun::fillInfo(const OpenCommand& command, std::vector<ReferenceLine> lines) {
    auto info = std::make_shared<RunInfo>();
    const BackboneTraits& traits = training_->student().backbone().traits();
    info->runFolder = command.runFolder;
    const std::filesystem::path folder(command.runFolder);
    info->name = command.runFolder.empty()
                     ? sets_.train->name()
                     : (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    info->dataName = sets_.train->name();
    info->sampleCount = sets_.train->count();
    info->classNames = sets_.train->classNames();
    info->channels = sets_.train->channels();
    info->device = settings_.run.device;
    info->precision = precisionWord(settings_.run);
    info->threads = computeThreads(settings_.run);
    info->backbone = settings_.backbone.arch;
    info->blocks = traits.blocks;
    info->heads = traits.heads;
    info->patchSize = traits.patchSize;
    info->featureWidth = traits.width;
    info->hasAttention = traits.hasAttention;
    info->prototypes = settings_.head.outDim;
    info->globalCrops = kGlobalCrops;
    info->localCrops = viewsOf(settings_.augment).locals;
    for (const torch::Tensor& parameter : training_->student().parameters())
        info->parameterCount += parameter.numel();
    info->stepsPerEpoch = training_->plan().stepsPerEpoch;
    info->plannedSteps = training_->plan().totalSteps;
    info->referenceLines = std::move(lines);
    info_ = info;
}

StepOutcome LiveRun::step(RunnerOutput& output) {
    if (training_->step() >= training_->plan().totalSteps)
        return StepOutcome::plannedEnd; // opened to be looked at
    const auto start = std::chrono::steady_clock::now();
    const double between = clock_.takeTimeBetween(secondsOf(start)) + std::exchange(waitedFor_, 0.0);
    if (!pending_) {
        pending_ = nextBatch();
        if (!pending_)
            return waited(output, secondsSince(start) + between);
        reportReplaced(output);
    }
    checkBadShare();
    const StepMetrics metrics = training_->run(cropBlocks(*pending_));
    newest_ = std::move(pending_);
    newestMetrics_ = metrics;
    replacedCount_ += static_cast<std::int64_t>(newest_->replaced.size());
    trainLinearProbes();
    const double seconds = secondsSince(start) + between;
    trainSeconds_ += seconds;
    measureTimes(metrics, seconds);
    recordStep(output, metrics);
    noteStepForCrashReport(training_->step());
    const double recording = secondsSince(start) + between - seconds;
    times_.publishMs += (1e3 * (between + recording) - times_.publishMs) / kAverageOver;
    clock_.stepEnded(secondsOf(std::chrono::steady_clock::now()));
    trainSeconds_ += recording;
    if (accuracy_.isDue(training_->step(), trainSeconds_))
        beginEvaluation();
    if (saver_)
        saver_->stepEnded(training_->step(), training_->plan().stepsPerEpoch, trainSeconds_);
    return outcome();
}

StepOutcome LiveRun::outcome() const {
    if (training_->step() >= training_->plan().totalSteps)
        return StepOutcome::plannedEnd;
    const bool limit = (maxSteps_ > 0 && training_->step() - startStep_ >= maxSteps_) ||
                       (maxSeconds_ > 0 && trainSeconds_ >= maxSeconds_);
    return limit ? StepOutcome::limitReached : StepOutcome::more;
}

void LiveRun::measureTimes(const StepMetrics& metrics, double seconds) {
    // The first steps count fully, later ones by their share of the average.
    const double share = std::max(1 / kAverageOver, 1 / static_cast<double>(training_->step()));
    const auto follow = [share](double& average, double value) { average += share * (value - average); };
    follow(stepSeconds_, seconds);
    follow(waitSeconds_, newest_->waitSeconds);
    follow(times_.dataWaitMs, 1e3 * newest_->waitSeconds);
    follow(times_.teacherMs, 1e3 * metrics.teacherSeconds);
    follow(times_.studentMs, 1e3 * metrics.studentSeconds);
    follow(times_.backwardMs, 1e3 * (metrics.lossSeconds + metrics.backwardSeconds));
    follow(times_.optimizerMs, 1e3 * metrics.updateSeconds);
    follow(times_.totalMs, 1e3 * seconds);
}

void LiveRun::recordStep(RunnerOutput& output, const StepMetrics& m) {
    const Step step = stepNumber();
    const auto put = [&](Metric metric, double value) { record_->point(output, metric, step, value, trainSeconds_); };
    put(Metric::loss, m.loss);
    put(Metric::teacherEntropy, m.teacherEntropy);
    put(Metric::kl, m.klDivergence);
    put(Metric::learningRate, m.learningRate);
    put(Metric::weightDecay, m.weightDecay);
    put(Metric::momentum, m.teacherMomentum);
    put(Metric::studentTemperature, m.studentTemperature);
    put(Metric::teacherTemperature, m.teacherTemperature);
    put(Metric::imagesPerSecond, static_cast<double>(settings_.run.batchSize) / stepSeconds_);
    put(Metric::waitShare, std::min(1.0, waitSeconds_ / stepSeconds_));
    put(Metric::gradientNorm, m.gradientNorm);
    put(Metric::centerNorm, m.centerNorm);
    if (step.value == 1 || step.value % settings_.run.healthSteps == 0)
        recordHealth(output, step);
    record_->endStep(output, step, trainSeconds_);
}

void LiveRun::recordHealth(RunnerOutput& output, Step step) {
    const auto put = [&](Metric metric, double value) { record_->point(output, metric, step, value, trainSeconds_); };
    put(Metric::spreadStudent, featureSpread(firstViews(training_->student().lastFeatures())));
    put(Metric::spreadTeacher, featureSpread(training_->teacher().lastFeatures()));
    put(Metric::winnersStudent, static_cast<double>(winningPrototypes(firstViews(training_->lastStudentLogits()))));
    put(Metric::winnersTeacher,
        static_cast<double>(winningPrototypes(training_->lastTeacherLogits() - training_->centerOfLastStep())));
}

void LiveRun::workSlice(RunnerOutput& output) {
    clock_.interrupt();
    if (!isMeasuring()) {
        saver_->closingSlice(output);
        return;
    }
    if (references_) {
        readReference();
        return;
    }
    const auto reading = accuracy_.slice();
    if (!reading)
        return;
    bank_ = reading->bank;
    const auto put = [&](Metric metric, double value) {
        record_->point(output, metric, Step{reading->step}, value, trainSeconds_);
    };
    if (!reading->student || !reading->teacher)
        return;
    measuredAccuracy_ = reading->teacher->knn;
    put(Metric::knnStudent, reading->student->knn);
    put(Metric::knnTeacher, reading->teacher->knn);
    if (reading->student->linear && reading->teacher->linear) {
        put(Metric::linearStudent, *reading->student->linear);
        put(Metric::linearTeacher, *reading->teacher->linear);
    }
}

void LiveRun::readReference() {
    try {
        if (references_->next())
            return;
    } catch (...) {
        references_.reset();
        throw;
    }
    accuracy_.setProtocol(references_->take());
    references_.reset();
    beginEvaluation();
}

void LiveRun::cancelWork() {
    if (!isMeasuring() && saver_)
        saver_->giveUpClosing();
    accuracy_.cancel();
    references_.reset();
}

void LiveRun::evaluate() {
    if (accuracy_.hasProtocol())
        beginEvaluation();
    else if (!references_)
        references_.emplace(readReferences(sets_.train, evaluationSettings()));
}

void LiveRun::beginEvaluation() {
    accuracy_.begin({training_->student(), linearStudent_ ? &*linearStudent_ : nullptr},
                    {training_->teacher(), linearTeacher_ ? &*linearTeacher_ : nullptr}, training_->step(),
                    trainSeconds_);
}

std::string LiveRun::setParam(const EngineCatalog& catalog, const ParamSpec& spec, const ParamValue& value) {
    auto changed = std::make_shared<ParamSet>(*params_);
    if (auto error = changed->set(catalog.params, spec.id, value))
        throw EngineError(*error);
    RunSettings settings = readSettings(*changed);
    if (auto error = checkTogether(settings))
        throw EngineError(*error);
    if (settings.augment != settings_.augment)
        changeAugment(settings.augment);
    training_->change(settings.loss, settings.optim);
    accuracy_.change(settings.eval);
    if (saver_)
        saver_->change(settings.save);
    std::string detail =
        spec.id + ": " + formatParam(params_->at(spec.id)) + " -> " + formatParam(changed->at(spec.id));
    params_ = changed;
    settings_ = std::move(settings);
    if (const std::int64_t locals = viewsOf(settings_.augment).locals; locals != info_->localCrops) {
        auto info = std::make_shared<RunInfo>(*info_);
        info->localCrops = locals;
        info_ = std::move(info);
    }
    return detail;
}

double LiveRun::secondsLeft() const {
    std::int64_t end = training_->plan().totalSteps;
    if (maxSteps_ > 0)
        end = std::min(end, startStep_ + maxSteps_);
    const double bySteps = static_cast<double>(std::max<std::int64_t>(0, end - training_->step())) * stepSeconds_;
    return maxSeconds_ > 0 ? std::min(bySteps, std::max(0.0, maxSeconds_ - trainSeconds_)) : bySteps;
}

RunnerStatus LiveRun::status() const {
    RunnerStatus status;
    status.step = stepNumber();
    status.epoch = {std::max<std::int64_t>(0, status.step.value - 1) / training_->plan().stepsPerEpoch};
    status.trainSeconds = trainSeconds_;
    if (stepSeconds_ > 0) {
        status.imagesPerSecond = static_cast<double>(settings_.run.batchSize) / stepSeconds_;
        status.waitShare = std::min(1.0, waitSeconds_ / stepSeconds_);
        status.secondsLeft = secondsLeft();
    }
    status.times = times_;
    status.cache = sets_.train->cacheState();
    if (saver_)
        status.saveFailure = saver_->failure();
    if (references_)
        status.work = references_->progress();
    else if (!isMeasuring() && hasWork())
        status.work = {"Saving the checkpoint", 0, 0};
    else if (accuracy_.isBusy())
        status.work = {isLabelled() ? "Measuring the accuracy" : "Computing features", accuracy_.done(),
                       accuracy_.total()};
    return status;
}

Normalization LiveRun::normalization() const { return normalizationOf(settings_.augment, sets_.train->channels()); }

EvaluationTransform LiveRun::evaluation() const {
    return evaluationTransform(sets_.train->uniformSize(), static_cast<int>(evaluationSide_), normalization());
}

ViewKey LiveRun::rowOfStep(std::int64_t step, std::int64_t row) const {
    const std::int64_t stepsPerEpoch = training_->plan().stepsPerEpoch;
    const auto seed = static_cast<std::uint64_t>(settings_.run.seed);
    const Epoch epoch{step / stepsPerEpoch};
    const std::int64_t place = (step % stepsPerEpoch) * settings_.run.batchSize + row;
    const EpochOrder::Order order = EpochOrder(seed, sets_.train->count()).of(epoch);
    return {seed, epoch, SampleIndex{order->at(static_cast<std::size_t>(place))}};
}

BatchLogits LiveRun::newestLogits() const {
    if (!newest_) {
        const StepMetrics rates = training_->plannedRates();
        return {{},
                {},
                training_->loss().center(),
                rates.studentTemperature,
                rates.teacherTemperature,
                0,
                sharedViews(parsePairing(settings_.loss.pairing))};
    }
    return {training_->lastStudentLogits(),
            training_->lastTeacherLogits(),
            training_->centerOfLastStep(),
            newestMetrics_.studentTemperature,
            newestMetrics_.teacherTemperature,
            settings_.run.batchSize,
            sharedViews(training_->pairingOfLastStep())};
}

} // namespace dinoscope
