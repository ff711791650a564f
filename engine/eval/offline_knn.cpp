// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/offline_knn.h"

#include "engine/support/check.h"

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::int64_t kWorkASlice = std::int64_t{1} << 29; // multiplications; some ten milliseconds
constexpr std::int64_t kMostQueries = 256;

ExtractionSetup extractionOf(const OfflineKnnSetup& setup, const ImageSourcePtr& source,
                             std::vector<std::int64_t> classes) {
    const int channels = setup.channels > 0 ? setup.channels : setup.train->channels();
    return {source, setup.transform, setup.features, channels, std::move(classes), setup.batchSize, setup.threads};
}

torch::Tensor normalized(const torch::Tensor& features) {
    return torch::nn::functional::normalize(features, torch::nn::functional::NormalizeFuncOptions().dim(1).eps(1e-12));
}

} // namespace

OfflineKnn::OfflineKnn(OfflineKnnSetup setup)
    : setup_(std::move(setup)), classes_(shareClasses(*setup_.train, *setup_.val)) {
    if (setup_.neighbours.empty() || setup_.temperatures.empty())
        throw EngineError(ErrorCode::badParameter, "eval", "Name at least one k and one temperature for k-NN.");
    std::vector<KnnVote> votes;
    for (const std::int64_t k : setup_.neighbours)
        for (const double temperature : setup_.temperatures) {
            votes.push_back({k, temperature});
            results_.push_back({k, votes.back(), 0, 0});
        }
    // Refuses votes that cannot be before the pictures are read.
    const WeightedKnn tried(torch::ones({1, 1}), torch::zeros({1}, torch::kInt64), 1, std::move(votes));
    counts_.classes = classes_.count();
    counts_.onlyVal = classes_.onlyVal;
    extraction_.emplace(extractionOf(setup_, setup_.train, {}));
    const auto queries = static_cast<std::int64_t>(labelledPictures(*setup_.val)->size());
    total_ = extraction_->total() + 2 * queries;
}

const char* OfflineKnn::stage() const {
    if (classifier_)
        return "Comparing with the neighbours";
    return references_.features.defined() ? "Features of the test pictures" : "Features of the training pictures";
}

std::int64_t OfflineKnn::done() const { return extracted_ + (extraction_ ? extraction_->done() : 0) + query_; }

void OfflineKnn::extractionEnded() {
    extracted_ += extraction_->done();
    FeatureSet set = extraction_->take();
    extraction_.reset();
    set.features = normalized(set.features).to(setup_.device);
    set.labels = set.labels.to(setup_.device);
    counts_.unreadable += set.unreadable;
    counts_.problems.insert(counts_.problems.end(), set.problems.begin(), set.problems.end());
    counts_.featureWidth = set.features.size(1);
    if (!references_.features.defined()) {
        references_ = std::move(set);
        counts_.references = references_.features.size(0);
        extraction_.emplace(extractionOf(setup_, setup_.val, classes_.ofVal));
        return;
    }
    queries_ = std::move(set);
    counts_.queries = queries_.features.size(0);
    total_ = extracted_ + counts_.queries;
    queriesASlice_ =
        std::clamp<std::int64_t>(kWorkASlice / (counts_.references * counts_.featureWidth), 1, kMostQueries);
    std::vector<KnnVote> votes;
    for (const Result& result : results_)
        votes.push_back(result.vote);
    classifier_.emplace(references_.features, references_.labels, classes_.count(), std::move(votes));
}

void OfflineKnn::querySlice() {
    const std::int64_t end = std::min(query_ + queriesASlice_, counts_.queries);
    classifier_->add(queries_.features.slice(0, query_, end), queries_.labels.slice(0, query_, end));
    query_ = end;
    if (query_ < counts_.queries)
        return;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        const KnnAccuracy accuracy = classifier_->accuracy(i);
        results_[i].vote = classifier_->votes()[i];
        results_[i].top1 = accuracy.top1;
        results_[i].top5 = accuracy.top5;
    }
}

bool OfflineKnn::slice() {
    torch::NoGradGuard noGrad;
    if (extraction_) {
        if (!extraction_->slice())
            extractionEnded();
        return true;
    }
    if (query_ < counts_.queries)
        querySlice();
    return query_ < counts_.queries;
}

} // namespace dinoscope
