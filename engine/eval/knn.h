// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dinoscope {

struct KnnAccuracy {
    double top1 = 0; ///< percent
    double top5 = 0; ///< percent; the true class is among the best min(5, k)
    std::int64_t queries = 0;
};

/// How neighbours vote.
struct KnnVote {
    std::int64_t neighbours = 20; ///< k
    double temperature = 0.07;
    bool operator==(const KnnVote&) const = default;
};

/// Weighted k-nearest-neighbour classification by cosine similarity: each of the k nearest references votes for its
/// class with exp(similarity / temperature) (facebookresearch/dino, eval_knn.py). A class without a vote is never a
/// hit. Several votes share the similarities. Queries are added in chunks, so that the caller decides how long one
/// piece of work takes. One thread at a time.
class WeightedKnn {
public:
    /// @param references (N, D) float, rows of L2 norm 1.
    /// @param labels (N) int64, from 0 to classes - 1.
    /// @param votes at least one; each k is lowered to N if there are fewer references.
    /// @throws EngineError if the shapes disagree, there is no reference, a label lies outside, k is below 1 or a
    /// temperature below 0.02 (the largest weight would leave the range of float).
    WeightedKnn(torch::Tensor references, torch::Tensor labels, std::int64_t classes, std::vector<KnnVote> votes);
    WeightedKnn(torch::Tensor references, torch::Tensor labels, std::int64_t classes, std::int64_t neighbours,
                double temperature)
        : WeightedKnn(std::move(references), std::move(labels), classes, {{neighbours, temperature}}) {}

    /// Classifies `queries` (M, D), rows of L2 norm 1, and compares with `labels` (M) int64.
    void add(const torch::Tensor& queries, const torch::Tensor& labels);

    /// With k as used.
    const std::vector<KnnVote>& votes() const { return votes_; }
    /// Of one vote, over all queries so far; zeros before the first.
    KnnAccuracy accuracy(std::size_t vote = 0) const;

private:
    torch::Tensor references_; // (N, D)
    torch::Tensor labels_;     // (N)
    std::int64_t classes_;
    std::vector<KnnVote> votes_;
    std::vector<std::int64_t> hits1_, hits5_; // a vote
    std::int64_t queries_ = 0;
};

} // namespace dinoscope
