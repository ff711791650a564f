// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fakes/scripted_runner.h"

#include "engine/support/check.h"
#include "engine/support/random.h"
#include "tests/fakes/fake_answers.h"
#include "tests/fakes/fake_catalog.h"

#include <cmath>
#include <thread>

namespace dinoscope {
namespace {

constexpr std::int64_t kStepsPerEpoch = 50;

/// Longer work of so many slices, the last of which answers.
class ScriptedJob : public Job {
public:
    ScriptedJob(std::shared_ptr<Script> script, JobAnswer answer, std::int64_t slices, std::function<void()> cancelled)
        : script_(std::move(script)), answer_(std::move(answer)), slices_(slices), cancelled_(std::move(cancelled)) {}

    std::optional<JobAnswer> slice(RunnerOutput&) override {
        script_->pass("job");
        return ++done_ < slices_ ? std::nullopt : std::optional(answer_);
    }
    WorkProgress progress() const override { return {"Scripted work", done_, slices_}; }
    void cancel() override {
        script_->note("cancelJob");
        cancelled_();
    }

private:
    std::shared_ptr<Script> script_;
    JobAnswer answer_;
    std::int64_t slices_, done_ = 0;
    std::function<void()> cancelled_;
};

std::shared_ptr<const RunInfo> makeInfo(const Script& script, const OpenCommand& command) {
    auto info = std::make_shared<RunInfo>();
    info->name = "fake run";
    info->runFolder = command.runFolder;
    info->dataName = "Fake fashion";
    info->sampleCount = 60000;
    if (script.labelled)
        info->classNames = {"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                            "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    info->channels = 1;
    info->device = "cpu";
    info->precision = "float32";
    info->threads = 2;
    info->backbone = script.convolutional ? "resnet50" : "vit_micro";
    info->hasAttention = !script.convolutional;
    info->blocks = 4;
    info->heads = script.convolutional ? 0 : 3;
    info->patchSize = script.convolutional ? 32 : 4;
    info->featureWidth = 96;
    info->prototypes = 64;
    info->localCrops = 4;
    info->parameterCount = 612'480;
    info->stepsPerEpoch = kStepsPerEpoch;
    info->plannedSteps = script.plannedSteps;
    info->referenceLines = {{"Loss", "ln K", std::log(64.0)}};
    if (script.labelled)
        info->referenceLines.push_back({"k-NN accuracy", "Pixels", 81.7});
    return info;
}

} // namespace

ScriptedRunner::ScriptedRunner(std::shared_ptr<Script> script) : script_(std::move(script)), catalog_(fakeCatalog()) {}

void ScriptedRunner::prepare(const std::string& point, const ParamSet& params, const std::function<bool()>& keepGoing) {
    info_.reset();
    params_.reset();
    status_ = {};
    workLeft_ = 0;
    measured_.reset();
    batchCropping_.reset();
    history_.clear();
    status_.work = {"Reading pictures", 0, 60000};
    script_->note(point);
    do {
        if (!keepGoing())
            throw EngineError(ErrorCode::cancelled, "train", "The preparation was given up.");
        std::this_thread::yield();
    } while (script_->gate.isHeld(point));
    status_.work = {};
    auto complete = std::make_shared<ParamSet>(catalog_.params);
    for (const auto& [id, value] : params.values())
        if (auto error = complete->set(catalog_.params, id, value))
            throw EngineError(*error);
    params_ = complete;
}

void ScriptedRunner::open(const OpenCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    prepare("open", command.params, keepGoing);
    maxSteps_ = command.maxSteps;
    info_ = makeInfo(*script_, command);
    output.log(LogLevel::info, "Opened Fake fashion: 60000 pictures.");
}

void ScriptedRunner::load(const LoadCommand& command, RunnerOutput& output, const std::function<bool()>& keepGoing) {
    script_->receive(command);
    prepare("load", command.run.params, keepGoing);
    maxSteps_ = command.run.maxSteps;
    info_ = makeInfo(*script_, command.run);
    status_.step = command.at.value_or(Step{100});
    status_.epoch = {status_.step.value / kStepsPerEpoch};
    output.log(LogLevel::info, "Loaded " + command.path + ".");
}

double ScriptedRunner::real(const char* id) const { return std::get<double>(params_->at(id)); }

void ScriptedRunner::record(RunnerOutput& output, const char* metric, double value) {
    const MetricPoint point{fakeMetric(metric), status_.step, value, status_.trainSeconds};
    history_.push_back(point);
    output.point(point.metric, point.step, point.value, point.seconds);
}

void ScriptedRunner::recordStep(RunnerOutput& output) {
    const auto t = static_cast<double>(status_.step.value);
    RandomStream random(7, 0, static_cast<std::uint64_t>(status_.step.value), 0, RandomPurpose::preview);
    const double ordinary = 1.2 + 2.0 * std::exp(-t / 80) + 0.04 * random.normal();
    const double entropy = script_->entropyShare < 0 ? ordinary : script_->entropyShare * std::log(64.0);
    const double kl = 0.3 + 0.6 * std::exp(-t / 60) + 0.02 * random.normal();
    record(output, "loss", entropy + kl);
    record(output, "teacher_entropy", entropy);
    record(output, "kl", kl);
    record(output, "lr", real("optim.lr") * std::min(1.0, t / 40));
    record(output, "weight_decay", real("optim.weight_decay"));
    record(output, "momentum", real("optim.momentum_teacher"));
    record(output, "student_temperature", real("loss.student_temperature"));
    record(output, "teacher_temperature", real("loss.teacher_temperature"));
    record(output, "images_per_s", status_.imagesPerSecond);
    record(output, "wait_share", status_.waitShare);
    record(output, "grad_norm", 0.5 + std::exp(0.3 * random.normal()));
    record(output, "center_norm", 1.0 - std::exp(-t / 50));
    record(output, "feature_spread_student", 0.5 + 0.3 * (1 - std::exp(-t / 100)));
    record(output, "feature_spread_teacher", 0.5 + 0.35 * (1 - std::exp(-t / 120)));
    record(output, "winning_prototypes_student", 20 + std::floor(20 * (1 - std::exp(-t / 90))));
    record(output, "winning_prototypes_teacher", 18 + std::floor(20 * (1 - std::exp(-t / 90))));
}

/// 128 pictures of 700 bytes a step, from the disk in the first epoch and from memory later.
void ScriptedRunner::readPictures() {
    CacheState cache = status_.cache.value_or(CacheState{});
    cache.budget = 1 << 30;
    if (status_.epoch.value == 0) {
        cache.misses += 128;
        cache.storedPictures += 128;
        cache.storedBytes += 128 * 700;
        cache.readBytes += 128 * 700;
    } else {
        cache.storedHits += 128;
    }
    status_.cache = cache;
}

void ScriptedRunner::queueEvaluation() {
    workLeft_ = script_->evaluationSlices;
    status_.work = {"Evaluating k-NN", 0, script_->evaluationSlices};
}

StepOutcome ScriptedRunner::step(RunnerOutput& output) {
    script_->pass("step");
    if (script_->waitsForPictures > 0) {
        --script_->waitsForPictures;
        return StepOutcome::waiting;
    }
    if (script_->stepTime.count() > 0)
        std::this_thread::sleep_for(script_->stepTime);
    ++status_.step.value;
    batchCropping_ = cropping();
    status_.epoch = {(status_.step.value - 1) / kStepsPerEpoch};
    status_.trainSeconds = 0.2 * static_cast<double>(status_.step.value);
    status_.imagesPerSecond = 640;
    status_.waitShare = 0.02;
    status_.secondsLeft = 0.2 * static_cast<double>(script_->plannedSteps - status_.step.value);
    status_.times = {4, 40, 70, 80, 6, 1, 201};
    if (script_->caches)
        readPictures();
    recordStep(output);
    if (script_->evaluateEvery > 0 && status_.step.value % script_->evaluateEvery == 0)
        queueEvaluation();
    if (status_.step.value >= script_->plannedSteps)
        return StepOutcome::plannedEnd;
    return maxSteps_ > 0 && status_.step.value >= maxSteps_ ? StepOutcome::limitReached : StepOutcome::more;
}

void ScriptedRunner::workSlice(RunnerOutput& output) {
    script_->pass("work");
    ++status_.work.done;
    if (--workLeft_ > 0)
        return;
    measured_ = status_.step;
    const auto t = static_cast<double>(status_.step.value);
    if (info_ && script_->labelled) {
        record(output, "knn_student", 60 + 15 * (1 - std::exp(-t / 300)));
        record(output, "knn_teacher", 60 + 18 * (1 - std::exp(-t / 350)));
        record(output, "linear_student", 20 + 50 * (1 - std::exp(-t / 300)));
        record(output, "linear_teacher", 20 + 52 * (1 - std::exp(-t / 350)));
    }
    status_.work = {};
}

void ScriptedRunner::cancelWork() {
    script_->note("cancelWork");
    workLeft_ = 0;
    status_.work = {};
}

std::string ScriptedRunner::setParam(const ParamSpec& spec, const ParamValue& value) {
    script_->receive(SetParamCommand{spec.id, value});
    script_->note("setParam");
    auto changed = std::make_shared<ParamSet>(*params_);
    if (auto error = changed->set(catalog_.params, spec.id, value))
        throw EngineError(*error);
    for (const auto& [low, high] : {std::pair("augment.global_scale_min", "augment.global_scale_max"),
                                    std::pair("augment.local_scale_min", "augment.local_scale_max")})
        if (std::get<double>(changed->at(low)) > std::get<double>(changed->at(high)))
            throw EngineError(ErrorCode::badParameter, "augment", std::string(low) + " is above " + high + ".");
    std::string detail =
        spec.id + ": " + formatParam(params_->at(spec.id)) + " -> " + formatParam(changed->at(spec.id));
    params_ = changed;
    return detail;
}

FakeCropping ScriptedRunner::cropping() const {
    FakeCropping cropping;
    cropping.globalMin = real("augment.global_scale_min");
    cropping.globalMax = real("augment.global_scale_max");
    cropping.localMin = real("augment.local_scale_min");
    cropping.localMax = real("augment.local_scale_max");
    cropping.globalSide = std::get<std::int64_t>(params_->at("augment.global_size"));
    cropping.localSide = std::get<std::int64_t>(params_->at("augment.local_size"));
    cropping.locals = std::get<std::int64_t>(params_->at("augment.local_crops"));
    cropping.articlePairing = std::get<std::string>(params_->at("loss.pairing")) == "locals_to_globals";
    return cropping;
}

ProbeResult ScriptedRunner::probe(const ProbeRequest& request) {
    script_->receive(RequestProbeCommand{request});
    script_->pass("probe");
    ProbeResult result;
    result.id = request.id;
    result.kind = probeKind(request.question);
    result.step = request.moment.value_or(status_.step);
    if (const auto* crops = std::get_if<CropsRequest>(&request.question))
        result.answer = fakeCrops(*crops, result.step,
                                  crops->picture.kind == PictureRef::Kind::lastBatch && batchCropping_ ? *batchCropping_
                                                                                                       : cropping());
    else if (const auto* softmax = std::get_if<SoftmaxRequest>(&request.question))
        result.answer =
            fakeSoftmax(*softmax, result.step, real("loss.student_temperature"), real("loss.teacher_temperature"));
    else if (const auto* attention = std::get_if<AttentionRequest>(&request.question)) {
        if (script_->convolutional && attention->view == PatchView::attention)
            throw EngineError(ErrorCode::notAllowed, "probes", "A convolutional network has no attention.");
        result.answer = fakeAttention(*attention, result.step);
    } else if (const auto* samples = std::get_if<SamplesRequest>(&request.question))
        result.answer = fakeSamples(*samples, script_->labelled);
    else
        result.answer = fakeNeighbours(std::get<NeighboursRequest>(request.question), measured_);
    return result;
}

std::unique_ptr<Job> ScriptedRunner::startJob(const JobRequest& request) {
    script_->receive(StartJobCommand{0, request});
    script_->note("startJob");
    if (std::holds_alternative<EvaluateRunRequest>(request)) {
        queueEvaluation();
        return std::make_unique<ScriptedJob>(script_, JobAnswer{}, 1, [this] { cancelWork(); });
    }
    JobAnswer answer = VerifyReport{};
    if (const auto* inspect = std::get_if<InspectRequest>(&request))
        answer = fakeFileReport(inspect->path);
    else if (const auto* check = std::get_if<CheckRunRequest>(&request))
        answer = fakeRunReport(check->path, status_.step);
    else if (const auto* read = std::get_if<ReadRunRequest>(&request))
        answer = fakeRecord(read->path, history_);
    else if (const auto* sent = std::get_if<ExportRequest>(&request))
        answer = fakeExport(*sent);
    else if (const auto* scan = std::get_if<ScanRequest>(&request))
        answer = fakeScan(*scan, script_->labelled);
    return std::make_unique<ScriptedJob>(script_, std::move(answer), script_->evaluationSlices, [] {});
}

void ScriptedRunner::save(const SaveCommand& command, RunnerOutput& output) {
    script_->receive(command);
    script_->pass("save");
    saved_ = true;
    if (wake_)
        wake_();
    status_.saveFailure = script_->saveFailure();
    if (status_.saveFailure)
        return;
    output.log(LogLevel::info, "Saved the checkpoint of step " + std::to_string(status_.step.value) + ", 9 MB.");
}

bool ScriptedRunner::tend(RunnerOutput&) { return std::exchange(saved_, false); }

void ScriptedRunner::replayHistory(Step from, RunnerOutput& output) {
    script_->pass("history");
    for (const MetricPoint& point : history_)
        if (point.step >= from)
            output.point(point.metric, point.step, point.value, point.seconds);
}

void ScriptedRunner::beginFinish(FinishReason, bool quick, RunnerOutput&) {
    script_->pass("beginFinish");
    workLeft_ = 0;
    if (!quick)
        queueEvaluation();
}

void ScriptedRunner::finish(FinishReason, RunnerOutput&) {
    script_->pass("finish");
    workLeft_ = 0;
    status_.work = {};
}

void ScriptedRunner::recordAcknowledgement(const Acknowledgement&) { script_->note("recordAcknowledgement"); }

} // namespace dinoscope
