// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/linear_evaluation.h"

#include "engine/data/data_options.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::int64_t kPictureWork = 100;                  // units; a picture through a classifier is one
constexpr std::int64_t kWorkASlice = std::int64_t{1} << 28; // multiplications; some ten milliseconds
constexpr std::int64_t kMostRows = 4096;
constexpr std::chrono::milliseconds kLongestWait{50};

void checkOptions(const LinearProbeOptions& options) {
    if (options.epochs < 1 || options.batchSize < 1)
        throw EngineError(ErrorCode::badParameter, "eval",
                          "A linear evaluation of " + std::to_string(options.epochs) + " epochs with batches of " +
                              std::to_string(options.batchSize) + " pictures cannot be: give at least 1 of each.");
    const LinearProbe tried(1, 1, options.rates, options.momentum, options.seed);
}

} // namespace

double linearRateFactor(const LinearProbeOptions& options, std::int64_t epoch) {
    const double share = static_cast<double>(epoch) / static_cast<double>(options.epochs);
    return static_cast<double>(options.batchSize) / 256.0 * (1 + std::cos(std::numbers::pi * share)) / 2;
}

LinearEvaluation::LinearEvaluation(LinearSetup setup)
    : setup_(std::move(setup)), classes_(shareClasses(*setup_.train, *setup_.val)),
      pictures_(labelledPictures(*setup_.train)) {
    checkOptions(setup_.probe);
    if (setup_.channels == 0)
        setup_.channels = setup_.train->channels();
    counts_.classes = classes_.count();
    counts_.onlyVal = classes_.onlyVal;
    extraction_.emplace(extractionOf(setup_.train, {})); // also says what is wrong with the training set
    const std::int64_t train = extraction_->total(), epochs = setup_.probe.epochs;
    if (setup_.augment) {
        stage_ = Stage::valFeatures;
        counts_.train = train;
        extraction_.emplace(extractionOf(setup_.val, classes_.ofVal));
    }
    const auto val = static_cast<std::int64_t>(labelledPictures(*setup_.val)->size());
    total_ = kPictureWork * (val + train * (setup_.augment ? epochs : 1)) + epochs * (train + val);
}

LinearEvaluation::~LinearEvaluation() = default;

ExtractionSetup LinearEvaluation::extractionOf(const ImageSourcePtr& source, std::vector<std::int64_t> classes) const {
    return {source,           setup_.transform, setup_.features, setup_.channels, std::move(classes),
            setup_.batchSize, setup_.threads};
}

const char* LinearEvaluation::stage() const {
    switch (stage_) {
    case Stage::trainFeatures: return "Features of the training pictures";
    case Stage::valFeatures: return "Features of the test pictures";
    case Stage::training:
    case Stage::judging: return "Training the linear classifier";
    case Stage::ended: break;
    }
    return "Done";
}

void LinearEvaluation::note(const FeatureSet& set) {
    counts_.unreadable += set.unreadable;
    counts_.problems.insert(counts_.problems.end(), set.problems.begin(), set.problems.end());
}

void LinearEvaluation::extract() {
    const std::int64_t before = extraction_->done();
    const bool more = extraction_->slice();
    done_ += kPictureWork * (extraction_->done() - before);
    if (more)
        return;
    FeatureSet set = extraction_->take();
    extraction_.reset();
    note(set);
    set.features = set.features.to(setup_.device);
    set.labels = set.labels.to(setup_.device);
    counts_.featureWidth = set.features.size(1);
    if (stage_ == Stage::trainFeatures) {
        train_ = std::move(set);
        counts_.train = train_.features.size(0);
        stage_ = Stage::valFeatures;
        extraction_.emplace(extractionOf(setup_.val, classes_.ofVal));
        return;
    }
    val_ = std::move(set);
    counts_.val = val_.features.size(0);
    const LinearProbeOptions& options = setup_.probe;
    probe_ = std::make_unique<LinearProbe>(counts_.featureWidth, counts_.classes, options.rates, options.momentum,
                                           options.seed, setup_.device);
    const std::int64_t workARow = counts_.featureWidth * counts_.classes * probe_->classifiers();
    rowsASlice_ = std::clamp<std::int64_t>(kWorkASlice / workARow, 1, kMostRows);
    batchesASlice_ = std::max<std::int64_t>(1, kWorkASlice / (3 * workARow * options.batchSize));
    beginEpoch();
}

void LinearEvaluation::beginEpoch() {
    stage_ = Stage::training;
    position_ = batches_ = 0;
    lossSum_.assign(setup_.probe.rates.size(), 0);
    order_ = EpochOrder(setup_.probe.seed, counts_.train).of(Epoch{epoch_});
    if (!setup_.augment)
        return;
    auto order = std::make_shared<std::vector<std::uint32_t>>();
    for (const std::uint32_t place : *order_)
        order->push_back((*pictures_)[place]);
    FeedSetup feed;
    feed.source = setup_.train;
    feed.order = std::move(order);
    feed.transform = setup_.transform;
    feed.views = LinearViews{setup_.probe.seed, Epoch{epoch_}};
    feed.channels = setup_.channels;
    feed.batchSize = setup_.batchSize > 0 ? setup_.batchSize : evaluationBatch(setup_.transform.cropSide);
    feed.threads = loaderThreadCount(setup_.threads);
    feed_ = std::make_unique<PictureFeed>(std::move(feed));
}

void LinearEvaluation::learn(const torch::Tensor& features, const torch::Tensor& labels) {
    const std::vector<double> losses = probe_->step(features, labels, linearRateFactor(setup_.probe, epoch_));
    for (std::size_t i = 0; i < losses.size(); ++i)
        lossSum_[i] += losses[i];
    ++batches_;
    done_ += labels.numel();
}

void LinearEvaluation::trainCached() {
    for (std::int64_t batch = 0; batch < batchesASlice_ && position_ < counts_.train; ++batch) {
        const std::int64_t end = std::min(position_ + setup_.probe.batchSize, counts_.train);
        const std::vector<std::int64_t> rows(order_->begin() + position_, order_->begin() + end);
        const torch::Tensor index = torch::tensor(rows, torch::kInt64).to(setup_.device);
        learn(train_.features.index_select(0, index), train_.labels.index_select(0, index));
        position_ = end;
    }
    if (position_ < counts_.train)
        return;
    position_ = 0;
    stage_ = Stage::judging;
}

void LinearEvaluation::trainAugmented() {
    const auto batch = feed_->next(kLongestWait);
    if (!batch)
        return;
    done_ += kPictureWork * batch->places;
    FeatureSet noted;
    noteProblems(*batch, noted);
    note(noted);
    if (!batch->samples.empty())
        pending_.push_back(setup_.features(pixelsOf(*batch, setup_.channels, setup_.transform.cropSide))
                               .to(setup_.device, torch::kFloat32));
    for (const SampleIndex sample : batch->samples)
        pendingLabels_.push_back(setup_.train->label(sample).value());
    const auto size = static_cast<std::size_t>(setup_.probe.batchSize);
    while (pendingLabels_.size() >= size || (feed_->finished() && !pendingLabels_.empty())) {
        const std::size_t rows = std::min(size, pendingLabels_.size());
        const auto end = pendingLabels_.begin() + static_cast<std::ptrdiff_t>(rows);
        const torch::Tensor features = torch::cat(pending_);
        const torch::Tensor labels =
            torch::tensor(std::vector<std::int64_t>(pendingLabels_.begin(), end), torch::kInt64);
        learn(features.narrow(0, 0, labels.numel()), labels.to(setup_.device));
        pendingLabels_.erase(pendingLabels_.begin(), end);
        pending_.assign(1, features.slice(0, labels.numel()));
    }
    if (pendingLabels_.empty())
        pending_.clear();
    if (!feed_->finished())
        return;
    feed_.reset();
    position_ = 0;
    stage_ = Stage::judging;
}

void LinearEvaluation::judge() {
    const std::int64_t end = std::min(position_ + rowsASlice_, counts_.val);
    probe_->judge(val_.features.slice(0, position_, end), val_.labels.slice(0, position_, end), hits_);
    done_ += end - position_;
    position_ = end;
    if (position_ == counts_.val)
        endEpoch();
}

void LinearEvaluation::endEpoch() {
    if (batches_ == 0)
        throw EngineError(ErrorCode::badInput, "eval",
                          "No picture of " + setup_.train->name() + " can be read; the first problem was: " +
                              (counts_.problems.empty() ? "unknown" : counts_.problems.front()));
    EpochResult result{epoch_, linearRateFactor(setup_.probe, epoch_), {}};
    const auto pictures = static_cast<double>(counts_.val);
    for (std::size_t i = 0; i < setup_.probe.rates.size(); ++i)
        result.rates.push_back({setup_.probe.rates[i], lossSum_[i] / static_cast<double>(batches_),
                                hits_.lossSum[i] / pictures, 100.0 * static_cast<double>(hits_.top1[i]) / pictures,
                                100.0 * static_cast<double>(hits_.top5[i]) / pictures});
    epochs_.push_back(std::move(result));
    hits_ = {};
    if (++epoch_ < setup_.probe.epochs) {
        beginEpoch();
        return;
    }
    stage_ = Stage::ended;
    done_ = total_; // pictures that could not be read had been counted on
}

bool LinearEvaluation::slice() {
    torch::NoGradGuard noGrad;
    switch (stage_) {
    case Stage::trainFeatures:
    case Stage::valFeatures: extract(); break;
    case Stage::training: setup_.augment ? trainAugmented() : trainCached(); break;
    case Stage::judging: judge(); break;
    case Stage::ended: break;
    }
    return stage_ != Stage::ended;
}

LinearEvaluation::Best LinearEvaluation::best() const {
    Best best;
    if (epochs_.empty())
        return best;
    const std::vector<RateResult>& last = epochs_.back().rates;
    const auto score = [](const RateResult& result) {
        return std::isfinite(result.trainLoss + result.valLoss) ? result.top1 : -1;
    };
    for (std::size_t i = 1; i < last.size(); ++i)
        if (score(last[i]) > score(last[best.place]))
            best.place = i;
    best.last = last[best.place];
    for (const EpochResult& epoch : epochs_)
        if (epoch.rates[best.place].top1 > best.highestTop1 || epoch.epoch == 0) {
            best.highestTop1 = epoch.rates[best.place].top1;
            best.highestEpoch = epoch.epoch;
        }
    return best;
}

} // namespace dinoscope
