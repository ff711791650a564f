// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/picture_feed.h"
#include "engine/eval/features.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dinoscope {

/// Features of the labelled pictures of a set, those that could be read.
struct FeatureSet {
    torch::Tensor features;            ///< (N, D) float32 on the CPU
    torch::Tensor labels;              ///< (N) int64
    std::int64_t unreadable = 0;       ///< pictures left out
    std::vector<std::string> problems; ///< sentences for the first of them
};

/// Two sets that are compared speak of the same classes, by their names.
struct SharedClasses {
    std::vector<std::string> names;   ///< those of the training set, then what only the other has
    std::vector<std::int64_t> ofVal;  ///< class of each label of the other set
    std::vector<std::string> onlyVal; ///< which can never be guessed
    std::int64_t count() const { return static_cast<std::int64_t>(names.size()); }
};

/// @throws EngineError(badInput) if a set has no labels.
SharedClasses shareClasses(const ImageSource& train, const ImageSource& val);

/// Pictures a batch that keep a slice on a CPU short: 100 of 28 x 28, one of 224 x 224.
std::int64_t evaluationBatch(std::int64_t side);

struct ExtractionSetup {
    ImageSourcePtr source;
    EvaluationTransform transform;
    FeatureFunction features;
    int channels = 0;                  ///< of the network's input; 0: of the source
    std::vector<std::int64_t> classes; ///< class of each label; empty: the label itself
    std::int64_t batchSize = 0;        ///< 0: evaluationBatch()
    int threads = 0;                   ///< that decode; 0: loaderThreadCount(0)
};

/// Sends every labelled picture of a set through a network, in slices of one batch. Whoever asks for slices computes;
/// pictures are decoded in threads meanwhile. One caller.
class FeatureExtraction {
public:
    /// @throws EngineError(badInput) if no picture has a label, (badParameter) for a transform that cannot be.
    explicit FeatureExtraction(ExtractionSetup setup);

    /// Does the next batch, or waits up to 50 ms for its pictures. @returns false when nothing is left.
    /// @throws EngineError(badInput) at the end if no picture could be read.
    bool slice();

    std::int64_t done() const { return feed_.done(); } ///< pictures
    std::int64_t total() const { return feed_.total(); }
    /// Complete once slice() has returned false; moves it out.
    FeatureSet take() { return std::move(result_); }

private:
    void append(const PictureBatch& batch);

    ExtractionSetup setup_;
    PictureFeed feed_;
    FeatureSet result_;
    std::vector<std::int64_t> labels_;
    std::int64_t filled_ = 0; ///< rows of result_.features
};

/// (B, C, S, S) view of a batch's values; lives no longer than the batch.
torch::Tensor pixelsOf(const PictureBatch& batch, int channels, int side);

/// Notes the pictures of a batch that could not be read.
void noteProblems(const PictureBatch& batch, FeatureSet& set);

} // namespace dinoscope
