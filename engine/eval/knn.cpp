// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/knn.h"

#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr double kLowestTemperature = 0.02; // exp(1 / 0.02) is a float, exp(1 / 0.01) is not

} // namespace

WeightedKnn::WeightedKnn(torch::Tensor references, torch::Tensor labels, std::int64_t classes,
                         std::vector<KnnVote> votes)
    : references_(std::move(references)), labels_(std::move(labels)), classes_(classes), votes_(std::move(votes)),
      hits1_(votes_.size()), hits5_(votes_.size()) {
    checkEqual(references_.dim(), std::int64_t{2}, "eval", "dimensions of the k-NN references");
    checkEqual(labels_.numel(), references_.size(0), "eval", "labels of the k-NN references");
    if (references_.size(0) == 0)
        throw EngineError(ErrorCode::badInput, "eval", "k-NN needs at least one labelled reference picture.");
    const std::int64_t low = labels_.min().item<std::int64_t>(), high = labels_.max().item<std::int64_t>();
    if (low < 0 || high >= classes_)
        throw EngineError(ErrorCode::badInput, "eval",
                          "The labels of the k-NN references run from " + std::to_string(low) + " to " +
                              std::to_string(high) + ", but there are " + std::to_string(classes_) + " classes.");
    for (KnnVote& vote : votes_) {
        if (vote.neighbours < 1 || !(vote.temperature >= kLowestTemperature))
            throw EngineError(ErrorCode::badParameter, "eval",
                              "k-NN is asked for " + std::to_string(vote.neighbours) + " neighbours at temperature " +
                                  std::to_string(vote.temperature) + ": give k from 1 and a temperature from 0.02 on.");
        vote.neighbours = std::min(vote.neighbours, references_.size(0));
    }
    checkEqual(votes_.empty(), false, "eval", "k-NN without a vote");
}

void WeightedKnn::add(const torch::Tensor& queries, const torch::Tensor& labels) {
    torch::NoGradGuard noGrad;
    checkEqual(queries.dim(), std::int64_t{2}, "eval", "dimensions of the k-NN queries");
    checkEqual(queries.size(1), references_.size(1), "eval", "length of the features of k-NN queries and references");
    checkEqual(labels.numel(), queries.size(0), "eval", "labels of the k-NN queries");
    const torch::Tensor similarity = torch::mm(queries, references_.t()); // (M, N)
    const std::int64_t most = std::max_element(votes_.begin(), votes_.end(), [](const KnnVote& a, const KnnVote& b) {
                                  return a.neighbours < b.neighbours;
                              })->neighbours;
    const auto [nearest, index] = similarity.topk(most, 1, true, true);
    const torch::Tensor voters = labels_.index_select(0, index.flatten()).view_as(index); // (M, most)
    for (std::size_t i = 0; i < votes_.size(); ++i) {
        const std::int64_t k = votes_[i].neighbours;
        const torch::Tensor weights = nearest.narrow(1, 0, k).div(votes_[i].temperature).exp();
        const torch::Tensor scores = torch::zeros({queries.size(0), classes_}, weights.options())
                                         .scatter_add_(1, voters.narrow(1, 0, k), weights);
        const std::int64_t shown = std::min({std::int64_t{5}, k, classes_});
        const auto [bestScores, bestClasses] = scores.topk(shown, 1, true, true); // (M, shown)
        const torch::Tensor hit = bestClasses.eq(labels.view({-1, 1})).logical_and(bestScores.gt(0));
        hits1_[i] += hit.select(1, 0).sum().item<std::int64_t>();
        hits5_[i] += hit.any(1).sum().item<std::int64_t>();
    }
    queries_ += queries.size(0);
}

KnnAccuracy WeightedKnn::accuracy(std::size_t vote) const {
    if (queries_ == 0)
        return {};
    const auto percent = [&](std::int64_t hits) {
        return 100.0 * static_cast<double>(hits) / static_cast<double>(queries_);
    };
    return {percent(hits1_.at(vote)), percent(hits5_.at(vote)), queries_};
}

} // namespace dinoscope
