// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/evaluation_job.h"

#include "engine/augment/augment_options.h"
#include "engine/augment/evaluation_transform.h"
#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/checkpoint/model_file.h"
#include "engine/checkpoint/model_params.h"
#include "engine/checkpoint/network_loading.h"
#include "engine/data/source_opening.h"
#include "engine/eval/linear_evaluation.h"
#include "engine/eval/offline_knn.h"
#include "engine/support/check.h"
#include "engine/train/compute_threads.h"
#include "engine/train/run_settings.h"

#include <chrono>
#include <filesystem>

namespace dinoscope {
namespace {

constexpr int kUsualSide = 224;
constexpr std::chrono::milliseconds kSlice{40};
constexpr std::int64_t kCardBatch = 64; ///< pictures that a graphics card gets at once

[[noreturn]] void badInput(const std::string& sentence) { throw EngineError(ErrorCode::badInput, "train", sentence); }

/// Everything both evaluations need.
struct Prepared {
    std::shared_ptr<Backbone> backbone;
    ImageSourcePtr train, val;
    EvaluationTransform transform;
    torch::Device device = torch::kCPU;
    int threads = 1;
    EvaluationFacts facts;
};

std::shared_ptr<Backbone> loadBackbone(const ModelFile& file, const std::string& role, const BackboneOptions& options,
                                       torch::Device device) {
    auto backbone = makeBackbone(options, false);
    fillModule(*backbone, file.state, role + "backbone.", file.path);
    convertNetwork(*backbone, torch::kFloat32, device);
    backbone->eval();
    return backbone;
}

Slices<DataSets> opened(std::string path, bool officialLoading) {
    SourceOpening opening(path, {"auto", {officialLoading}, 0});
    do {
        const WorkProgress progress = opening.progress();
        co_yield progress;
    } while (!opening.wait(kSlice));
    co_return opening.take();
}

/// The pictures of an evaluation: those of a set, and of the test set or another one.
Slices<DataSets> openSets(EvaluationInput input) {
    WorkProgress progress;
    auto first = opened(input.train, input.officialLoading);
    while (first.next()) {
        progress = first.progress();
        co_yield progress;
    }
    DataSets sets = first.take();
    if (input.val.empty()) {
        if (!sets.test)
            badInput("'" + input.train + "' holds no test pictures: name a second set with --val.");
        co_return sets;
    }
    auto second = opened(input.val, input.officialLoading);
    while (second.next()) {
        progress = second.progress();
        co_yield progress;
    }
    const DataSets others = second.take();
    sets.test = others.test ? others.test : others.train;
    co_return sets;
}

/// But for the pictures.
Prepared prepare(const EvaluationInput& input) {
    Prepared out;
    RunOptions run;
    run.threads = input.threads;
    out.threads = computeThreads(run);
    out.device = openDevice(input.device);
    const ModelFile file = readModelFile(input.checkpoint);
    const BackboneOptions options = backboneOf(file, input.heads);
    const std::string role = networkRole(file.state, input.network);
    out.backbone = loadBackbone(file, role, options, out.device);
    out.facts.network = role.substr(0, role.size() - 1) + " of " +
                        std::filesystem::path(file.path).filename().string() + ", " + findBackbone(options.arch).label;
    return out;
}

void takeSets(const EvaluationInput& input, const DataSets& sets, Prepared& out) {
    out.train = sets.train;
    out.val = sets.test;
    AugmentOptions colors;
    colors.mean = input.mean;
    colors.std = input.std;
    const std::int64_t table = out.backbone->traits().imageSize;
    const std::int64_t side = input.side > 0 ? input.side : table > 0 ? table : kUsualSide;
    const Normalization normalization = normalizationOf(colors, static_cast<int>(out.backbone->traits().channels));
    // Both sets are seen alike: whole pictures only if all of them have one size.
    const bool uniform = out.train->uniformSize() == out.val->uniformSize();
    out.transform =
        evaluationTransform(uniform ? out.train->uniformSize() : std::nullopt, static_cast<int>(side), normalization);
    out.facts.resizeSide = out.transform.resizeSide;
    out.facts.cropSide = out.transform.cropSide;
}

template <class Counts> void take(const Counts& counts, EvaluationFacts& facts) {
    facts.classes = counts.classes;
    facts.featureWidth = counts.featureWidth;
    facts.unreadable = counts.unreadable;
    facts.notes.insert(facts.notes.end(), counts.problems.begin(), counts.problems.end());
    for (const std::string& name : counts.onlyVal)
        facts.notes.push_back("No training picture is of the class '" + name + "', so its pictures are never hit.");
}

FeatureKind kindOf(const LinearRequest& request, const BackboneTraits& traits) {
    FeatureKind kind = linearKind(traits);
    if (request.lastBlocks > 0)
        kind.lastBlocks = request.lastBlocks;
    if (request.patchMean >= 0)
        kind.patchMean = request.patchMean == 1;
    return kind;
}

} // namespace

Slices<JobAnswer> evaluateNeighbours(KnnRequest request) {
    Prepared prepared = prepare(request.input);
    auto sets = openSets(request.input);
    while (sets.next()) {
        const WorkProgress progress = sets.progress();
        co_yield progress;
    }
    takeSets(request.input, sets.take(), prepared);
    OfflineKnnSetup setup;
    setup.train = prepared.train;
    setup.val = prepared.val;
    setup.transform = prepared.transform;
    setup.features = featuresOf(prepared.backbone, {});
    setup.channels = static_cast<int>(prepared.backbone->traits().channels);
    setup.neighbours = request.neighbours;
    setup.temperatures = request.temperatures;
    setup.device = prepared.device;
    setup.batchSize = prepared.device.is_cuda() ? kCardBatch : 0;
    OfflineKnn knn(setup);
    for (bool more = true; more;) {
        {
            const ComputeThreads scope(prepared.threads);
            more = knn.slice();
        }
        const WorkProgress progress{knn.stage(), knn.done(), knn.total()};
        co_yield progress;
    }
    KnnReport report;
    report.facts = prepared.facts;
    report.facts.network += ", " + featureText(prepared.backbone->traits(), {});
    report.facts.train = knn.counts().references;
    report.facts.val = knn.counts().queries;
    take(knn.counts(), report.facts);
    for (const OfflineKnn::Result& result : knn.results())
        report.rows.push_back(
            {result.asked, result.vote.neighbours, result.vote.temperature, result.top1, result.top5});
    co_return report;
}

Slices<JobAnswer> evaluateLinear(LinearRequest request) {
    Prepared prepared = prepare(request.input);
    auto sets = openSets(request.input);
    while (sets.next()) {
        const WorkProgress progress = sets.progress();
        co_yield progress;
    }
    takeSets(request.input, sets.take(), prepared);
    const FeatureKind kind = kindOf(request, prepared.backbone->traits());
    LinearSetup setup;
    setup.train = prepared.train;
    setup.val = prepared.val;
    setup.transform = prepared.transform;
    setup.features = featuresOf(prepared.backbone, kind);
    setup.channels = static_cast<int>(prepared.backbone->traits().channels);
    setup.probe.epochs = request.epochs;
    setup.probe.batchSize = request.batchSize;
    setup.probe.rates = request.rates;
    setup.probe.seed = static_cast<std::uint64_t>(request.seed);
    setup.augment = request.augment;
    setup.device = prepared.device;
    LinearEvaluation evaluation(setup);
    for (bool more = true; more;) {
        {
            const ComputeThreads scope(prepared.threads);
            more = evaluation.slice();
        }
        const WorkProgress progress{evaluation.stage(), evaluation.done(), evaluation.total()};
        co_yield progress;
    }
    const LinearEvaluation::Best best = evaluation.best();
    LinearReport report;
    report.facts = prepared.facts;
    report.facts.network += ", " + featureText(prepared.backbone->traits(), kind);
    report.facts.train = evaluation.counts().train;
    report.facts.val = evaluation.counts().val;
    take(evaluation.counts(), report.facts);
    for (const LinearEvaluation::EpochResult& epoch : evaluation.epochs()) {
        const LinearEvaluation::RateResult& r = epoch.rates[best.place];
        report.epochs.push_back({epoch.epoch, r.rate * epoch.factor, r.trainLoss, r.valLoss, r.top1, r.top5});
    }
    report.rate = best.last.rate;
    report.top1 = best.last.top1;
    report.top5 = best.last.top5;
    report.highestTop1 = best.highestTop1;
    co_return report;
}

} // namespace dinoscope
