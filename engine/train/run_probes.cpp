// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_probes.h"

#include "engine/augment/view_renderer.h"
#include "engine/backbones/backbone.h"
#include "engine/data/small_picture.h"
#include "engine/optim/schedules.h"
#include "engine/probes/attention_probe.h"
#include "engine/probes/crops_probe.h"
#include "engine/probes/evaluation_scope.h"
#include "engine/probes/given_picture.h"
#include "engine/probes/neighbours_probe.h"
#include "engine/probes/samples_probe.h"
#include "engine/probes/tensor_values.h"
#include "engine/support/check.h"
#include "engine/train/kept_moment.h"
#include "engine/train/live_run.h"
#include "engine/train/multi_crop_network.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace dinoscope {
namespace {

/// A picture with what it is called, and the random choices for its views.
struct Subject {
    Image picture;
    std::string caption;
    ViewKey key;
    std::optional<SampleIndex> sample; ///< of the training source; nothing for a given picture
};

void checkSample(const ImageSource& source, std::int64_t index) {
    if (index < 0 || index >= source.count())
        throw EngineError(ErrorCode::badInput, "probes",
                          "There is no picture " + std::to_string(index) + " in " + source.name() +
                              ": choose one from 0 to " + std::to_string(source.count() - 1));
}

/// What a probe looks at: the run as it is, or one of its checkpoints.
struct Scene {
    LiveRun& run;
    KeptMoment* moment = nullptr; ///< null: as it is

    Step step() const { return moment ? moment->step() : run.stepNumber(); }
    MultiCropNetwork& student() const { return moment ? moment->student() : run.training().student(); }
    MultiCropNetwork& teacher() const { return moment ? moment->teacher() : run.training().teacher(); }
    const RunSettings& settings() const { return moment ? moment->settings() : run.settings(); }
    const AugmentOptions& augment() const { return settings().augment; }
    /// Null at a moment and before the first step.
    BatchPtr batch() const { return moment ? nullptr : run.newestBatch(); }
    /// Without logits where there is no batch.
    BatchLogits logits() const;
};

BatchLogits Scene::logits() const {
    if (!moment)
        return run.newestLogits();
    const LossOptions& loss = settings().loss;
    const std::int64_t last = std::max<std::int64_t>(0, moment->step().value - 1);
    const double teacherTemperature =
        teacherTemperatureAt(last / run.training().plan().stepsPerEpoch, loss.warmupTeacherTemperature,
                             loss.teacherTemperature, loss.warmupTeacherTemperatureEpochs);
    return {{},
            {},
            moment->center(),
            loss.studentTemperature,
            teacherTemperature,
            0,
            sharedViews(parsePairing(loss.pairing))};
}

Subject givenSubject(const LiveRun& run, const PictureRef& picture, std::int64_t reroll) {
    const auto seed = static_cast<std::uint64_t>(run.settings().run.seed);
    return {withChannels(picture.image ? *picture.image : Image{}, run.source().channels()),
            picture.name.empty() ? "Given picture" : picture.name,
            {seed, Epoch{reroll}, {}},
            {}};
}

Subject sampleSubject(const LiveRun& run, std::int64_t index, std::int64_t reroll) {
    checkSample(run.source(), index);
    const auto seed = static_cast<std::uint64_t>(run.settings().run.seed);
    const SampleIndex sample{index};
    return {run.source().image(sample), run.source().caption(sample), {seed, Epoch{reroll}, sample}, sample};
}

/// The batch of the step before; before the first step, and at its moment, the coming one.
Subject batchSubject(const Scene& scene, std::int64_t row) {
    const LiveRun& run = scene.run;
    checkBatchRow(row, run.settings().run.batchSize);
    if (const BatchPtr batch = scene.batch()) {
        const SampleIndex sample = batch->samples[static_cast<std::size_t>(row)];
        return {run.source().image(sample), captionOfRow(run.source(), *batch, row), {}, sample};
    }
    const bool past = scene.moment && scene.step().value > 0;
    const ViewKey key = run.rowOfStep(scene.step().value - (past ? 1 : 0), row);
    return {run.source().image(key.sample),
            run.source().caption(key.sample) + ", row " + std::to_string(row) +
                (past ? " of the batch of step " + std::to_string(scene.step().value) : " of the coming batch"),
            key, key.sample};
}

Subject subjectOf(const Scene& scene, const PictureRef& picture, std::int64_t reroll) {
    switch (picture.kind) {
    case PictureRef::Kind::lastBatch: return batchSubject(scene, picture.index);
    case PictureRef::Kind::sample: return sampleSubject(scene.run, picture.index, reroll);
    default: return givenSubject(scene.run, picture, reroll);
    }
}

bool isOfBatch(const Scene& scene, const PictureRef& picture) {
    return picture.kind == PictureRef::Kind::lastBatch && scene.batch();
}

/// The logits beside which those of `picture` are shown: views outside the batch are those of the settings in force,
/// which may have changed since the batch.
BatchLogits logitsBeside(const Scene& scene, const PictureRef& picture) {
    BatchLogits logits = scene.logits();
    if (!isOfBatch(scene, picture))
        logits.sharedViews = sharedViews(parsePairing(scene.settings().loss.pairing));
    return logits;
}

CropsAnswer viewsOf(const Scene& scene, const PictureRef& picture, std::int64_t reroll) {
    if (isOfBatch(scene, picture)) {
        CropsAnswer crops = cropsOfBatch(scene.run.source(), *scene.batch(), picture.index);
        crops.sample = scene.batch()->samples[static_cast<std::size_t>(picture.index)].value;
        return crops;
    }
    Subject subject = subjectOf(scene, picture, reroll);
    CropsAnswer crops = cropsOfPicture(subject.picture, std::move(subject.caption), scene.augment(), subject.key);
    crops.sample = subject.sample.value_or(SampleIndex{-1}).value;
    return crops;
}

CropsAnswer cropsOf(const Scene& scene, const PictureRef& picture, std::int64_t reroll) {
    CropsAnswer crops = viewsOf(scene, picture, reroll);
    const bool sharesGlobals = logitsBeside(scene, picture).sharedViews > 0;
    for (ViewInfo& view : crops.views)
        view.seenByStudent = !view.isGlobal || sharesGlobals;
    return crops;
}

LogitsFunction logitsOf(MultiCropNetwork& network) {
    return [&network](const std::vector<torch::Tensor>& blocks) {
        const torch::Tensor weight = network.parameters().front();
        std::vector<torch::Tensor> moved;
        for (const torch::Tensor& block : blocks)
            moved.push_back(block.to(weight.device(), weight.scalar_type()));
        return network.forward(moved);
    };
}

SoftmaxAnswer answer(const Scene& scene, const SoftmaxRequest& request) {
    const CropsAnswer crops = cropsOf(scene, request.picture, 0);
    if (isOfBatch(scene, request.picture))
        return softmaxOfBatch(scene.logits(), request.picture.index, crops);
    const EvaluationScope studentScope(scene.student()), teacherScope(scene.teacher());
    return softmaxOfPicture(crops, viewBlocks(crops, scene.run.normalization()),
                            {logitsOf(scene.student()), logitsOf(scene.teacher())},
                            logitsBeside(scene, request.picture));
}

/// A photograph is sent at the size at which it is looked at, not with all its pixels at each answer.
void shrinkToShow(Image& picture, int side) {
    if (std::max(picture.width, picture.height) > side)
        picture = fittedPicture(PictureView(picture), side);
}

CropsAnswer answer(const Scene& scene, const CropsRequest& request) {
    CropsAnswer crops = cropsOf(scene, request.picture, request.reroll);
    crops.width = crops.source.width;
    crops.height = crops.source.height;
    shrinkToShow(crops.source, kShownSide);
    return crops;
}

AttentionAnswer answer(const Scene& scene, const AttentionRequest& request) {
    Subject subject = subjectOf(scene, request.picture, 0);
    return attentionOfPicture(subject.picture, std::move(subject.caption), scene.run.normalization(), request,
                              scene.student().backbone(), scene.teacher().backbone());
}

/// (C, S, S) as an evaluated network sees it, normalised.
torch::Tensor evaluationView(const LiveRun& run, const Image& picture) {
    const EvaluationTransform transform = run.evaluation();
    ViewRenderer renderer(transform.normalization);
    torch::Tensor view = torch::empty({picture.channels, transform.cropSide, transform.cropSide}, torch::kFloat32);
    renderEvaluation(renderer, PictureView(picture), transform, view.data_ptr<float>());
    return view;
}

/// (D) float32 on the CPU, of L2 norm 1.
torch::Tensor unitFeature(Backbone& network, const torch::Tensor& view) {
    const torch::NoGradGuard noGrad;
    const EvaluationScope scope(network);
    const torch::Tensor like = network.parameters().front();
    const torch::Tensor feature = network.forward(view.unsqueeze(0).to(like.device(), like.scalar_type())).select(0, 0);
    const torch::Tensor values = feature.to(torch::kCPU, torch::kFloat32);
    return values / values.norm().clamp_min(1e-12);
}

NeighboursAnswer answer(const Scene& scene, const NeighboursRequest& request) {
    LiveRun& run = scene.run;
    Subject subject = subjectOf(scene, request.picture, 0);
    const std::shared_ptr<const FeatureBank> bank = scene.moment ? scene.moment->bank(run) : run.bank();
    NeighboursAnswer answer;
    answer.caption = std::move(subject.caption);
    if (subject.sample)
        answer.label = run.source().label(*subject.sample).value_or(-1);
    if (bank) {
        answer.references = static_cast<std::int64_t>(bank->samples.size());
        answer.measured = bank->step;
        const auto row = subject.sample ? bank->rowOf(*subject.sample) : std::nullopt;
        answer.isReference = row.has_value();
        const torch::Tensor view = row ? torch::Tensor() : evaluationView(run, subject.picture);
        const auto nearest = [&](MultiCropNetwork& network, const torch::Tensor& features) {
            const torch::Tensor query = row ? features.select(0, *row) : unitFeature(network.backbone(), view);
            return nearestReferences(*bank, features, query, row, request.count);
        };
        answer.student = nearest(scene.student(), bank->student);
        answer.teacher = nearest(scene.teacher(), bank->teacher);
    }
    answer.picture = std::move(subject.picture);
    shrinkToShow(answer.picture, kShownSide);
    return answer;
}

SamplesAnswer answer(const Scene& scene, const SamplesRequest& request) {
    return smallSamples(scene.run.source(), request);
}

} // namespace

ProbeResult answerProbe(LiveRun& run, KeptMoment* moment, const ProbeRequest& request) {
    const Scene scene{run, moment};
    ProbeResult result;
    result.id = request.id;
    result.kind = probeKind(request.question);
    result.step = scene.step();
    std::visit([&](const auto& question) { result.answer = answer(scene, question); }, request.question);
    return result;
}

} // namespace dinoscope
