// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/eval/feature_extraction.h"
#include "engine/eval/linear_probe.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace dinoscope {

struct LinearProbeOptions {
    std::int64_t epochs = 100;
    std::int64_t batchSize = 128;     ///< of the classifier's training
    std::vector<double> rates{0.001}; ///< for 256 pictures, one classifier each
    double momentum = 0.9;
    std::uint64_t seed = 0; ///< of weights, order and views
};

/// What a rate is multiplied with in an epoch: batchSize / 256 * (1 + cos(pi epoch / epochs)) / 2 (eval_linear.py: a
/// cosine to 0, changed once an epoch).
double linearRateFactor(const LinearProbeOptions& options, std::int64_t epoch);

struct LinearSetup {
    ImageSourcePtr train, val; ///< with labels; classes are matched by name
    EvaluationTransform transform;
    FeatureFunction features;
    int channels = 0; ///< of the network's input; 0: of the training set
    LinearProbeOptions probe;
    /// True: as published, new views of the training pictures (renderLinearTraining()) go through the network in every
    /// epoch. False: their evaluation views do, once, which takes a hundredth of the time at 100 epochs.
    bool augment = false;
    std::int64_t batchSize = 0;         ///< pictures through the network a slice; 0: evaluationBatch()
    int threads = 0;                    ///< that decode; 0: loaderThreadCount(0)
    torch::Device device = torch::kCPU; ///< of the classifiers
};

/// The linear evaluation of the official code (eval_linear.py) on two sets of pictures: classifiers are trained on the
/// frozen network's features, and judged after every epoch. In slices of one batch. Deterministic by seed on a CPU; the
/// length of slices changes nothing but the last bits of features. One caller.
class LinearEvaluation {
public:
    /// One classifier after one epoch.
    struct RateResult {
        double rate = 0;           ///< for 256 pictures
        double trainLoss = 0;      ///< mean over the batches of the epoch, while training
        double valLoss = 0;        ///< mean over the pictures
        double top1 = 0, top5 = 0; ///< percent
    };
    struct EpochResult {
        std::int64_t epoch = 0;
        double factor = 0;             ///< linearRateFactor()
        std::vector<RateResult> rates; ///< in the order asked for
    };
    struct Best {
        std::size_t place = 0;  ///< in LinearProbeOptions::rates: the highest top-1 after the last epoch
        RateResult last;        ///< of that rate, after the last epoch
        double highestTop1 = 0; ///< of any epoch; what the official log calls best
        std::int64_t highestEpoch = 0;
    };
    struct Counts {
        std::int64_t train = 0, val = 0, classes = 0, featureWidth = 0;
        std::int64_t unreadable = 0;       ///< pictures left out; with `augment` counted in every epoch
        std::vector<std::string> problems; ///< sentences for the first of them
        std::vector<std::string> onlyVal;  ///< classes that no training picture has
    };

    /// @throws EngineError if a set has no labels, or a setting cannot be.
    explicit LinearEvaluation(LinearSetup setup);
    ~LinearEvaluation();

    /// Does the next slice. @returns false when nothing is left.
    bool slice();

    const char* stage() const; ///< what is being done, in words
    /// Work done, and all of it; a picture through the network counts as a hundred through a classifier.
    std::int64_t done() const { return done_; }
    std::int64_t total() const { return total_; }
    const std::vector<EpochResult>& epochs() const { return epochs_; } ///< grows by one an epoch
    /// Once slice() has returned false. A classifier whose loss is not finite is passed over if there is another.
    Best best() const;
    const Counts& counts() const { return counts_; }

private:
    enum class Stage { trainFeatures, valFeatures, training, judging, ended };

    ExtractionSetup extractionOf(const ImageSourcePtr& source, std::vector<std::int64_t> classes) const;
    void extract();
    void beginEpoch();
    void trainCached();
    void trainAugmented();
    void learn(const torch::Tensor& features, const torch::Tensor& labels);
    void judge();
    void endEpoch();
    void note(const FeatureSet& set);

    LinearSetup setup_;
    SharedClasses classes_;
    EpochOrder::Order pictures_; // of the training set, with labels
    std::optional<FeatureExtraction> extraction_;
    FeatureSet train_, val_; // on the classifiers' device
    std::unique_ptr<LinearProbe> probe_;
    Stage stage_ = Stage::trainFeatures;
    std::int64_t epoch_ = 0, position_ = 0;
    std::int64_t batchesASlice_ = 1, rowsASlice_ = 1;
    EpochOrder::Order order_;            // of the epoch, places in pictures_ or rows of train_
    std::unique_ptr<PictureFeed> feed_;  // of the epoch, when views are new
    std::vector<torch::Tensor> pending_; // features that wait for a whole batch
    std::vector<std::int64_t> pendingLabels_;
    std::vector<double> lossSum_; // over the batches of the epoch
    std::int64_t batches_ = 0;
    TopHits hits_;
    std::int64_t done_ = 0, total_ = 0;
    std::vector<EpochResult> epochs_;
    Counts counts_;
};

} // namespace dinoscope
