// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_probes.h"

#include "engine/augment/view_renderer.h"
#include "engine/backbones/backbone.h"
#include "engine/probes/attention_probe.h"
#include "engine/probes/crops_probe.h"
#include "engine/probes/evaluation_scope.h"
#include "engine/probes/given_picture.h"
#include "engine/probes/neighbours_probe.h"
#include "engine/probes/tensor_values.h"
#include "engine/support/check.h"
#include "engine/train/live_run.h"
#include "engine/train/multi_crop_network.h"

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

Subject givenSubject(const LiveRun& run, const Image& image, std::int64_t reroll) {
    const auto seed = static_cast<std::uint64_t>(run.settings().run.seed);
    return {withChannels(image, run.source().channels()), "Given picture", {seed, Epoch{reroll}, {}}, {}};
}

Subject sampleSubject(const LiveRun& run, std::int64_t index, std::int64_t reroll) {
    checkSample(run.source(), index);
    const auto seed = static_cast<std::uint64_t>(run.settings().run.seed);
    const SampleIndex sample{index};
    return {run.source().image(sample), run.source().caption(sample), {seed, Epoch{reroll}, sample}, sample};
}

Subject batchSubject(const LiveRun& run, std::int64_t row) {
    checkBatchRow(row, run.settings().run.batchSize);
    if (const BatchPtr& batch = run.newestBatch()) {
        const SampleIndex sample = batch->samples[static_cast<std::size_t>(row)];
        return {run.source().image(sample), captionOfRow(run.source(), *batch, row), {}, sample};
    }
    const ViewKey key = run.comingRow(row);
    return {run.source().image(key.sample),
            run.source().caption(key.sample) + ", row " + std::to_string(row) + " of the coming batch", key,
            key.sample};
}

Subject subjectOf(const LiveRun& run, const PictureRef& picture, std::int64_t reroll) {
    switch (picture.kind) {
    case PictureRef::Kind::lastBatch: return batchSubject(run, picture.index);
    case PictureRef::Kind::sample: return sampleSubject(run, picture.index, reroll);
    default: return givenSubject(run, picture.image, reroll);
    }
}

bool isOfBatch(const LiveRun& run, const PictureRef& picture) {
    return picture.kind == PictureRef::Kind::lastBatch && run.newestBatch();
}

CropsAnswer cropsOf(const LiveRun& run, const PictureRef& picture, std::int64_t reroll) {
    if (isOfBatch(run, picture))
        return cropsOfBatch(run.source(), *run.newestBatch(), picture.index);
    Subject subject = subjectOf(run, picture, reroll);
    return cropsOfPicture(subject.picture, std::move(subject.caption), run.settings().augment, subject.key);
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

SoftmaxAnswer answer(LiveRun& run, const SoftmaxRequest& request) {
    const CropsAnswer crops = cropsOf(run, request.picture, 0);
    if (isOfBatch(run, request.picture))
        return softmaxOfBatch(run.newestLogits(), request.picture.index, crops);
    MultiCropNetwork& student = run.training().student();
    MultiCropNetwork& teacher = run.training().teacher();
    const EvaluationScope studentScope(student), teacherScope(teacher);
    return softmaxOfPicture(crops, viewBlocks(crops, run.normalization()), {logitsOf(student), logitsOf(teacher)},
                            run.newestLogits());
}

CropsAnswer answer(LiveRun& run, const CropsRequest& request) { return cropsOf(run, request.picture, request.reroll); }

AttentionAnswer answer(LiveRun& run, const AttentionRequest& request) {
    Subject subject = subjectOf(run, request.picture, 0);
    return attentionOfPicture(subject.picture, std::move(subject.caption), run.normalization(), request,
                              run.training().student().backbone(), run.training().teacher().backbone());
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

NeighboursAnswer answer(LiveRun& run, const NeighboursRequest& request) {
    Subject subject = subjectOf(run, request.picture, 0);
    NeighboursAnswer answer;
    answer.caption = std::move(subject.caption);
    if (subject.sample)
        answer.label = run.source().label(*subject.sample).value_or(-1);
    if (const std::shared_ptr<const FeatureBank> bank = run.bank()) {
        answer.references = static_cast<std::int64_t>(bank->samples.size());
        answer.measured = bank->step;
        const auto row = subject.sample ? bank->rowOf(*subject.sample) : std::nullopt;
        answer.isReference = row.has_value();
        const torch::Tensor view = row ? torch::Tensor() : evaluationView(run, subject.picture);
        const auto nearest = [&](MultiCropNetwork& network, const torch::Tensor& features) {
            const torch::Tensor query = row ? features.select(0, *row) : unitFeature(network.backbone(), view);
            return nearestReferences(*bank, features, query, row, request.count);
        };
        answer.student = nearest(run.training().student(), bank->student);
        answer.teacher = nearest(run.training().teacher(), bank->teacher);
    }
    answer.picture = std::move(subject.picture);
    return answer;
}

} // namespace

ProbeResult answerProbe(LiveRun& run, const ProbeRequest& request) {
    if (!request.moment.empty())
        throw EngineError(ErrorCode::notFound, "probes",
                          "There is no checkpoint '" + request.moment + "' of this run.");
    ProbeResult result;
    result.id = request.id;
    result.kind = probeKind(request.question);
    result.step = run.stepNumber();
    std::visit([&](const auto& question) { result.answer = answer(run, question); }, request.question);
    return result;
}

} // namespace dinoscope
