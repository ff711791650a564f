// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/feature_extraction.h"

#include "engine/data/data_options.h"
#include "engine/support/check.h"

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kLongestWait{50};
constexpr std::int64_t kPixelsABatch = 100 * 28 * 28;
constexpr std::size_t kNamedProblems = 20;

FeedSetup feedOf(const ExtractionSetup& setup) {
    FeedSetup feed;
    feed.source = setup.source;
    feed.order = labelledPictures(*setup.source);
    if (feed.order->empty())
        throw EngineError(ErrorCode::badInput, "eval",
                          setup.source->name() + " has no labels: choose a folder with a sub-folder for each class.");
    feed.transform = setup.transform;
    feed.channels = setup.channels;
    feed.batchSize = setup.batchSize > 0 ? setup.batchSize : evaluationBatch(setup.transform.cropSide);
    feed.threads = loaderThreadCount(setup.threads);
    return feed;
}

void checkLabelled(const ImageSource& source) {
    if (!source.labelled())
        throw EngineError(ErrorCode::badInput, "eval",
                          source.name() + " has no labels: choose a folder with a sub-folder for each class.");
}

} // namespace

SharedClasses shareClasses(const ImageSource& train, const ImageSource& val) {
    checkLabelled(train);
    checkLabelled(val);
    SharedClasses shared;
    shared.names = train.classNames();
    for (const std::string& name : val.classNames()) {
        auto found = std::find(shared.names.begin(), shared.names.end(), name);
        if (found == shared.names.end()) {
            shared.onlyVal.push_back(name);
            found = shared.names.insert(shared.names.end(), name);
        }
        shared.ofVal.push_back(found - shared.names.begin());
    }
    return shared;
}

std::int64_t evaluationBatch(std::int64_t side) {
    return std::clamp<std::int64_t>(kPixelsABatch / (side * side), 1, 100);
}

torch::Tensor pixelsOf(const PictureBatch& batch, int channels, int side) {
    return torch::from_blob(const_cast<float*>(batch.values.data()),
                            {static_cast<std::int64_t>(batch.samples.size()), channels, side, side}, torch::kFloat32);
}

void noteProblems(const PictureBatch& batch, FeatureSet& set) {
    set.unreadable += static_cast<std::int64_t>(batch.problems.size());
    for (const std::string& problem : batch.problems)
        if (set.problems.size() < kNamedProblems)
            set.problems.push_back(problem);
}

FeatureExtraction::FeatureExtraction(ExtractionSetup setup) : setup_(std::move(setup)), feed_(feedOf(setup_)) {}

void FeatureExtraction::append(const PictureBatch& batch) {
    noteProblems(batch, result_);
    if (batch.samples.empty())
        return;
    torch::NoGradGuard noGrad;
    const torch::Tensor features = setup_.features(pixelsOf(batch, feed_.channels(), setup_.transform.cropSide));
    const auto rows = static_cast<std::int64_t>(batch.samples.size());
    checkEqual(features.size(0), rows, "eval", "features of a batch of pictures");
    if (!result_.features.defined())
        result_.features = torch::empty({total(), features.size(1)}, torch::kFloat32);
    result_.features.narrow(0, filled_, rows).copy_(features);
    filled_ += rows;
    for (const SampleIndex sample : batch.samples) {
        const std::int64_t label = setup_.source->label(sample).value();
        labels_.push_back(setup_.classes.empty() ? label : setup_.classes.at(static_cast<std::size_t>(label)));
    }
}

bool FeatureExtraction::slice() {
    if (feed_.finished())
        return false;
    if (const auto batch = feed_.next(kLongestWait))
        append(*batch);
    if (!feed_.finished())
        return true;
    if (filled_ == 0)
        throw EngineError(ErrorCode::badInput, "eval",
                          "No picture of " + setup_.source->name() + " can be read; the first problem was: " +
                              (result_.problems.empty() ? "unknown" : result_.problems.front()));
    result_.features = result_.features.narrow(0, 0, filled_);
    result_.labels = torch::tensor(labels_, torch::kInt64);
    return false;
}

} // namespace dinoscope
