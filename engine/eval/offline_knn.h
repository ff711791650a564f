// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/eval/feature_extraction.h"
#include "engine/eval/knn.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace dinoscope {

struct OfflineKnnSetup {
    ImageSourcePtr train, val; ///< references and queries, with labels; classes are matched by name
    EvaluationTransform transform;
    FeatureFunction features;
    int channels = 0; ///< of the network's input; 0: of the training set
    std::vector<std::int64_t> neighbours{10, 20, 100, 200};
    std::vector<double> temperatures{0.07, 0.1}; ///< of the official code, and as many others have it (lightly)
    std::int64_t batchSize = 0;                  ///< pictures a slice; 0: evaluationBatch()
    int threads = 0;                             ///< that decode; 0: loaderThreadCount(0)
    torch::Device device = torch::kCPU;          ///< where similarities are computed
};

/// The k-NN evaluation of the official code (eval_knn.py) on two sets of pictures: features of both, L2-normalised,
/// then the vote of the neighbours for each k and temperature. In slices of one batch. One caller.
class OfflineKnn {
public:
    struct Result {
        std::int64_t asked = 0; ///< k as asked for
        KnnVote vote;           ///< k as used: no more than there are references
        double top1 = 0;        ///< percent
        double top5 = 0;        ///< percent; of the best min(5, k)
    };
    struct Counts {
        std::int64_t references = 0, queries = 0, classes = 0, featureWidth = 0;
        std::int64_t unreadable = 0;       ///< pictures of both sets that were left out
        std::vector<std::string> problems; ///< sentences for the first of them
        std::vector<std::string> onlyVal;  ///< classes of the queries that no reference has: always a miss
    };

    /// @throws EngineError if a set has no labels, or a setting cannot be.
    explicit OfflineKnn(OfflineKnnSetup setup);

    /// Does the next slice. @returns false when nothing is left.
    bool slice();

    const char* stage() const; ///< what is being done, in words
    std::int64_t done() const; ///< pictures through the network, and queries compared
    std::int64_t total() const { return total_; }
    /// By k, then by temperature, in the order asked for; complete once slice() has returned false.
    const std::vector<Result>& results() const { return results_; }
    const Counts& counts() const { return counts_; }

private:
    void extractionEnded();
    void querySlice();

    OfflineKnnSetup setup_;
    SharedClasses classes_;
    std::optional<FeatureExtraction> extraction_; // of the set in work
    FeatureSet references_, queries_;
    std::optional<WeightedKnn> classifier_;
    std::int64_t query_ = 0, queriesASlice_ = 1;
    std::int64_t extracted_ = 0, total_ = 0;
    std::vector<Result> results_;
    Counts counts_;
};

} // namespace dinoscope
