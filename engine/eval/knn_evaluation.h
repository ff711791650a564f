// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"
#include "engine/eval/features.h"
#include "engine/eval/knn.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// Whole pictures at the size in which a network sees them.
struct PictureSet {
    torch::Tensor pictures;           ///< (N, C, S, S) uint8
    torch::Tensor labels;             ///< (N) int64; -1: none
    std::vector<SampleIndex> samples; ///< (N), of their source
};

/// What is compared with what, the same for every evaluation of a run.
struct KnnProtocol {
    PictureSet references;
    PictureSet queries; ///< undefined tensors: no accuracy is measured, features are computed only
    std::int64_t classes = 0;
    std::int64_t neighbours = 20;
    double temperature = 0.07;
    std::vector<double> mean, deviation; ///< a channel, of pixels in 0 to 1
    std::int64_t sliceSize =
        100; ///< pictures a slice; constant over a run, since it may change the last bits of features

    bool measures() const { return queries.pictures.defined(); }
};

/// The features of a k-NN on the pixels themselves. Pictures above 32 pixels a side are averaged down to that.
torch::Tensor pixelFeatures(const torch::Tensor& pictures);

/// One evaluation of one or several networks, done in slices so that commands are answered in between. Changes nothing
/// but itself. One thread.
class KnnEvaluation {
public:
    struct Network {
        std::string name;
        FeatureFunction features;
        /// Shown the features of the queries as they are, (B, D), and their labels (B); may be empty.
        std::function<void(const torch::Tensor& features, const torch::Tensor& labels)> judge;
    };

    KnnEvaluation(std::shared_ptr<const KnnProtocol> protocol, std::vector<Network> networks);

    /// Does the next slice. @returns false when nothing is left.
    bool slice();

    std::int64_t done() const { return done_; } ///< pictures
    std::int64_t total() const { return total_; }
    /// In the order of the networks; complete once slice() has returned false. Without queries all are 0.
    const std::vector<KnnAccuracy>& results() const { return results_; }
    /// Features of the references, (N, D) float32, rows of L2 norm 1, in the order of the networks.
    const std::vector<torch::Tensor>& references() const { return references_; }

private:
    /// (B, D) float32
    torch::Tensor featuresOf(const PictureSet& set, std::int64_t begin, std::int64_t end) const;
    void referenceSlice();
    void querySlice();

    std::shared_ptr<const KnnProtocol> protocol_;
    std::vector<Network> networks_;
    std::vector<KnnAccuracy> results_;
    std::vector<torch::Tensor> references_;
    std::vector<torch::Tensor> bank_;       // reference features of the network in work, a tensor a slice
    std::optional<WeightedKnn> classifier_; // of the network in work, once its references are through
    std::int64_t position_ = 0;             // in the set in work
    std::int64_t done_ = 0, total_ = 0;
};

} // namespace dinoscope
