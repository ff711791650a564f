// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/evaluation_transform.h"
#include "engine/data/epoch_order.h"
#include "engine/data/image_source.h"
#include "engine/data/reading_threads.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// Whole pictures in host memory, as a network sees them when it is evaluated.
struct PictureBatch {
    std::int64_t places = 0;           ///< of the order that were looked at
    std::vector<SampleIndex> samples;  ///< (n), those that could be read, in their order
    std::vector<float> values;         ///< (n, C, S, S), normalised
    std::vector<std::string> problems; ///< a sentence for each of the others
};

/// Random choices of views for training a linear classifier (renderLinearTraining()).
struct LinearViews {
    std::uint64_t seed = 0;
    Epoch epoch{};
};

struct FeedSetup {
    ImageSourcePtr source;
    EpochOrder::Order order; ///< indices of the pictures to show, at least one
    EvaluationTransform transform;
    std::optional<LinearViews> views; ///< nothing: the evaluation view
    int channels = 0;                 ///< C, 1 or 3; 0: of the source. Grey is repeated, colours become their luma
    std::int64_t batchSize = 1;
    int threads = 1;                                    ///< as many batches are made ahead
    std::chrono::milliseconds patience = kReadPatience; ///< with a read that does not return, when the feed ends
};

/// Reads pictures in a given order in threads of its own. What comes out does not depend on their number. One caller.
class PictureFeed {
public:
    /// Begins to read. @throws EngineError(badParameter) if the transform cannot be.
    explicit PictureFeed(FeedSetup setup);
    /// Waits for the pictures in work, not for whole batches. A thread whose read does not return in time is left
    /// behind (ReadingThreads) and noted (noteUnanswered()).
    ~PictureFeed();
    PictureFeed(const PictureFeed&) = delete;
    PictureFeed& operator=(const PictureFeed&) = delete;

    std::int64_t total() const { return static_cast<std::int64_t>(setup_.order->size()); }
    std::int64_t done() const { return done_; } ///< places handed out
    bool finished() const { return done_ == total(); }
    int channels() const { return setup_.channels; }

    /// The next batch; nothing if it is not ready in time. Not after finished().
    /// @throws what a thread met: lack of memory, or EngineError(noPictures) when the set has gone; pictures that
    /// cannot be read are told in the batch.
    std::optional<PictureBatch> next(std::chrono::milliseconds limit);

private:
    PictureBatch make(ReadingThreads::Seat& seat, const ImageSource& source, std::int64_t begin) const;
    void start();

    FeedSetup setup_;
    std::atomic<bool> stopping_ = false;
    std::int64_t begun_ = 0, done_ = 0;
    std::deque<std::future<PictureBatch>> ahead_;
    ReadingThreads threads_;
};

/// The pictures of a source that have a label, in the order of the source; may be empty.
EpochOrder::Order labelledPictures(const ImageSource& source);

} // namespace dinoscope
