// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/augment_options.h"
#include "engine/data/batch.h"
#include "engine/data/epoch_order.h"
#include "engine/data/image_source.h"
#include "engine/data/reading_threads.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace dinoscope {

struct LoaderSetup {
    std::uint64_t seed = 0;
    std::int64_t batchSize = 64;
    int threads = 1;
    int prefetch = 2;            ///< batches made ahead of the one that is handed out next
    std::int64_t firstBatch = 0; ///< where to start: epoch * batches an epoch + place in the epoch
    int niceness = 5;            ///< of the loader's threads; the window runs at 0
    std::chrono::milliseconds patience = kReadPatience; ///< with a read that does not return, when the loader ends
};

/// Cuts batches of views in background threads. Batch n of a run is a pure function of source, options, seed, batch
/// size and n: thread count, prefetch depth and the place where a run was resumed change nothing. The last, partial
/// batch of an epoch is dropped (main_dino.py, drop_last).
///
/// Boxes are drawn before a picture is decoded, which is done once for all its views, with augment.mode = fast at the
/// smallest size that serves them all.
///
/// A picture that cannot be read is replaced by the next one in the order of the epoch, with the random choices of the
/// one it replaces. Batches are reused: a steady run takes no memory per picture.
///
/// next(), waitNext() and setAugment() belong to one thread; stop() may be called from any.
class Loader {
public:
    /// Starts the threads.
    /// @throws EngineError if the source has fewer pictures than a batch, an option contradicts another, or memory
    /// lacks.
    Loader(ImageSourcePtr source, const AugmentOptions& options, const LoaderSetup& setup);
    /// Stops and joins; waits for the pictures in work, not for whole batches. A thread whose read does not return in
    /// time is left behind (ReadingThreads) and noted (noteUnanswered()).
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    std::int64_t batchesPerEpoch() const { return batchesPerEpoch_; }
    /// Number of the batch that is handed out next.
    std::int64_t nextNumber() const;

    /// The next batch; blocks until it is ready. The batch stays valid, and out of reuse, as long as the pointer is
    /// kept, longer than the loader if need be.
    /// @throws EngineError what a thread met (a hundred unreadable pictures in a row, noPictures of the source, no
    /// memory), or cancelled after stop().
    BatchPtr next();
    /// The same with a limit: null if the batch is not ready in time. Waiting is counted over all tries.
    BatchPtr waitNext(std::chrono::milliseconds limit);

    /// Other options from batch `fromBatch` on, or from the next batch to be handed out if that is later. Batches made
    /// ahead with the former options are made again, so the change is exact: batch n is what a loader with its options
    /// makes of it. Views may change in number and size. Does not block on threads.
    /// @returns the number of the first batch with the new options.
    /// @throws EngineError, with nothing changed, if the normalisation would change, the options contradict each other,
    /// or there is no memory for other views.
    std::int64_t setAugment(const AugmentOptions& options, std::int64_t fromBatch = 0);

    /// Unreadable pictures met in the batches handed out so far.
    std::int64_t replacedCount() const;
    /// Time that the caller has spent waiting for batches so far.
    double waitedSeconds() const;

    /// Ends the work; a blocked next() throws EngineError(cancelled). Idempotent, does not wait.
    void stop();

private:
    struct Pool;
    struct Slot;
    struct Job;
    struct Desk;
    struct Revision {
        std::int64_t from = 0;
        std::int64_t number = 0;
        std::shared_ptr<const AugmentOptions> options;
    };

    void startThreads();
    std::unique_ptr<Batch> makeBatch(const ViewSet& views) const;
    std::unique_ptr<Batch> freeBatch(const ViewSet& views) const;
    void assign(Slot& slot, std::int64_t number, std::unique_ptr<Batch> batch);
    void restart(Slot& slot);
    void restartOrFail(Slot& slot);
    void reviseTo(std::int64_t from, const AugmentOptions& options);
    const Revision& revisionOf(std::int64_t number) const;
    Slot& slotOf(std::int64_t number);
    Slot* findWork();
    BatchPtr handOut(Slot& slot);
    BatchPtr waitUntil(const std::chrono::steady_clock::time_point* limit);

    void endThreads();
    void work(Desk& desk);
    void build(const Job& job, Desk& desk, std::vector<Replacement>& replaced);
    SampleIndex readPlace(const std::vector<std::uint32_t>& order, std::int64_t place, std::int64_t row,
                          const ChooseShrink& choose, Desk& desk, PictureView& picture,
                          std::vector<Replacement>& replaced) const;

    const ImageSourcePtr source_;
    const LoaderSetup setup_;
    const std::int64_t batchesPerEpoch_;
    EpochOrder order_;
    Normalization normalization_;

    mutable std::mutex mutex_;
    std::condition_variable workReady_, batchReady_;
    bool stopping_ = false;
    std::int64_t nextOut_ = 0;
    std::int64_t replaced_ = 0;
    double waited_ = 0, waitedForNext_ = 0;
    std::vector<Revision> revisions_; ///< ascending by `from`
    std::vector<std::unique_ptr<Slot>> slots_;
    std::shared_ptr<Pool> pool_;
    ReadingThreads threads_;
};

} // namespace dinoscope
