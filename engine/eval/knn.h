// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

struct KnnAccuracy {
    double top1 = 0; ///< percent
    double top5 = 0; ///< percent; the true class is among the best min(5, k)
    std::int64_t queries = 0;
};

/// Weighted k-nearest-neighbour classification by cosine similarity: each of the k nearest references votes for its
/// class with exp(similarity / temperature) (facebookresearch/dino, eval_knn.py). A class without a vote is never a
/// hit. Queries are added in chunks, so that the caller decides how long one piece of work takes. One thread at a time.
class WeightedKnn {
public:
    /// @param references (N, D) float, rows of L2 norm 1.
    /// @param labels (N) int64, from 0 to classes - 1.
    /// @param neighbours k; lowered to N if there are fewer references.
    /// @throws EngineError if the shapes disagree, there is no reference, or a label lies outside.
    WeightedKnn(torch::Tensor references, torch::Tensor labels, std::int64_t classes, std::int64_t neighbours,
                double temperature);

    /// Classifies `queries` (M, D), rows of L2 norm 1, and compares with `labels` (M) int64.
    void add(const torch::Tensor& queries, const torch::Tensor& labels);

    /// Over all queries so far; zeros before the first.
    KnnAccuracy accuracy() const;

private:
    torch::Tensor references_; // (N, D)
    torch::Tensor labels_;     // (N)
    std::int64_t classes_, neighbours_;
    double temperature_;
    std::int64_t queries_ = 0, hits1_ = 0, hits5_ = 0;
};

} // namespace dinoscope
