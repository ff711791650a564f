// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/loader.h"

#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <functional>
#include <new>
#include <system_error>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace dinoscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kUnreadableInARow = 100;
constexpr std::int64_t kPixelsAChunk = 1 << 19; ///< about what a thread makes between two looks at the queue

std::int64_t checkedBatches(const ImageSource& source, const AugmentOptions& options, const LoaderSetup& setup) {
    if (auto error = checkAugment(options))
        throw EngineError(*error);
    if (setup.batchSize < 1 || setup.threads < 1 || setup.prefetch < 1 || setup.firstBatch < 0)
        throw EngineError(ErrorCode::badParameter, "data",
                          "a loader needs a batch size, threads and prefetch of at least 1: raise them");
    if (source.count() < setup.batchSize)
        throw EngineError(ErrorCode::badInput, "data",
                          source.name() + " holds " + std::to_string(source.count()) +
                              " pictures, less than one batch of " + std::to_string(setup.batchSize) +
                              ": choose a batch size of at most " + std::to_string(source.count()));
    return source.count() / setup.batchSize;
}

/// Rows that a thread takes at a time.
std::int64_t rowsAChunk(const ViewSet& views, const LoaderSetup& setup) {
    return std::clamp<std::int64_t>(kPixelsAChunk / views.pixels(), 1,
                                    std::max<std::int64_t>(1, setup.batchSize / (2 * setup.threads)));
}

ViewSet viewsIn(const Batch& batch) { return {batch.globalCrops, batch.localCrops, batch.globalSize, batch.localSize}; }

} // namespace

/// Batches that nobody uses. Outlives the loader while a batch is still held outside.
struct Loader::Pool {
    std::mutex mutex;
    std::vector<std::unique_ptr<Batch>> free;
    std::vector<ViewSet> wanted; ///< batches of other views are not kept

    std::unique_ptr<Batch> take(const ViewSet& views) {
        const std::lock_guard lock(mutex);
        const auto found =
            std::find_if(free.rbegin(), free.rend(), [&](const auto& batch) { return viewsIn(*batch) == views; });
        if (found == free.rend())
            return nullptr;
        std::swap(*found, free.back());
        std::unique_ptr<Batch> batch = std::move(free.back());
        free.pop_back();
        return batch;
    }
    void give(std::unique_ptr<Batch> batch) {
        const std::lock_guard lock(mutex);
        if (wants(*batch))
            free.push_back(std::move(batch));
    }
    void want(std::vector<ViewSet> views) {
        const std::lock_guard lock(mutex);
        wanted = std::move(views);
        std::erase_if(free, [this](const auto& batch) { return !wants(*batch); });
    }

private:
    bool wants(const Batch& batch) const {
        return std::find(wanted.begin(), wanted.end(), viewsIn(batch)) != wanted.end();
    }
};

/// One batch in the making. Guarded by the loader's mutex, except that threads fill their rows of `batch`.
struct Loader::Slot {
    std::int64_t number = 0;
    std::unique_ptr<Batch> batch;
    std::shared_ptr<const AugmentOptions> options;
    std::int64_t claimed = 0, done = 0; ///< rows
    int inFlight = 0;                   ///< chunks that threads work on
    bool stale = false;                 ///< options changed; starts again when the last thread has left
    std::exception_ptr error;

    bool ready() const { return !stale && inFlight == 0 && (error || done == batch->size); }
};

/// Rows [begin, end) of a batch, with what is needed to make them without the lock.
struct Loader::Job {
    Batch* batch;
    std::shared_ptr<const AugmentOptions> options;
    std::int64_t begin, end;
};

/// What a thread keeps from picture to picture. All that it touches while it reads one is here: the loader may be gone
/// when a read returns.
struct Loader::Desk {
    ReadingThreads::Seat& seat;
    const ImageSourcePtr source;
    ViewRenderer renderer;
    Image buffer;
    std::vector<ViewPlan> plans; ///< of the picture in work
    PictureSize planned;         ///< the size that these are for
};

Loader::Loader(ImageSourcePtr source, const AugmentOptions& options, const LoaderSetup& setup)
    : source_(std::move(source)), setup_(setup), batchesPerEpoch_(checkedBatches(*source_, options, setup)),
      order_(setup.seed, source_->count()), normalization_(normalizationOf(options, source_->channels())),
      nextOut_(setup.firstBatch), pool_(std::make_shared<Pool>()) {
    revisions_.push_back({0, 0, std::make_shared<const AugmentOptions>(options)});
    pool_->want({viewsOf(options)});
    for (int i = 0; i < setup_.prefetch; ++i)
        slots_.push_back(std::make_unique<Slot>());
    for (int i = 0; i < setup_.prefetch; ++i)
        assign(slotOf(nextOut_ + i), nextOut_ + i, freeBatch(viewsOf(options)));
    startThreads();
}

void Loader::startThreads() {
    try {
        for (int i = 0; i < setup_.threads; ++i)
            threads_.start([this, source = source_](ReadingThreads::Seat& seat) {
                Desk desk{seat, source, ViewRenderer(normalization_), {}, {}, {}};
                work(desk);
            });
    } catch (const std::system_error& error) {
        const std::size_t started = threads_.count();
        stop();
        endThreads();
        throw EngineError(ErrorCode::internal, "data",
                          "the system gives no more threads than " + std::to_string(started) +
                              " to the loader: lower data.loader_threads",
                          error.what());
    }
}

Loader::~Loader() {
    stop();
    endThreads();
}

void Loader::endThreads() {
    for (const std::int64_t index : threads_.end(setup_.patience))
        noteUnanswered(source_->picturePlace(SampleIndex{index}));
}

void Loader::stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    workReady_.notify_all();
    batchReady_.notify_all();
}

std::unique_ptr<Batch> Loader::freeBatch(const ViewSet& views) const {
    std::unique_ptr<Batch> batch = pool_->take(views);
    return batch ? std::move(batch) : makeBatch(views);
}

std::unique_ptr<Batch> Loader::makeBatch(const ViewSet& views) const {
    auto batch = std::make_unique<Batch>();
    batch->size = setup_.batchSize;
    batch->channels = source_->channels();
    batch->globalSize = views.globalSize;
    batch->localSize = views.localSize;
    batch->globalCrops = views.globals;
    batch->localCrops = views.locals;
    const auto rows = static_cast<std::size_t>(batch->size);
    try {
        batch->samples.resize(rows);
        batch->shrinks.resize(rows);
        batch->labels.resize(source_->labelled() ? rows : 0);
        batch->plans.resize(rows * static_cast<std::size_t>(batch->crops()));
        batch->values.resize(static_cast<std::size_t>(batch->offset(batch->crops())));
    } catch (const std::bad_alloc&) {
        throw EngineError(ErrorCode::outOfMemory, "data",
                          "there is not enough memory for " + std::to_string(setup_.prefetch) + " batches of " +
                              std::to_string(setup_.batchSize) +
                              " pictures: lower data.prefetch, the batch size or the crop sizes");
    }
    return batch;
}

void Loader::assign(Slot& slot, std::int64_t number, std::unique_ptr<Batch> batch) {
    slot.number = number;
    slot.batch = std::move(batch);
    restart(slot);
}

void Loader::restart(Slot& slot) {
    const Revision& revision = revisionOf(slot.number);
    const ViewSet views = viewsOf(*revision.options);
    if (viewsIn(*slot.batch) != views) {
        std::unique_ptr<Batch> fitting = freeBatch(views);
        pool_->give(std::exchange(slot.batch, std::move(fitting)));
    }
    slot.options = revision.options;
    slot.batch->number = slot.number;
    slot.batch->epoch = Epoch{slot.number / batchesPerEpoch_};
    slot.batch->placeInEpoch = slot.number % batchesPerEpoch_;
    slot.batch->revision = revision.number;
    slot.batch->replaced.clear();
    slot.claimed = slot.done = 0;
    slot.stale = false;
    slot.error = nullptr;
    workReady_.notify_all();
}

/// For a thread: the problem waits for who takes the batch.
void Loader::restartOrFail(Slot& slot) {
    try {
        restart(slot);
    } catch (...) {
        slot.stale = false;
        slot.error = std::current_exception();
    }
}

const Loader::Revision& Loader::revisionOf(std::int64_t number) const {
    auto found = revisions_.rbegin();
    while (found + 1 != revisions_.rend() && found->from > number)
        ++found;
    return *found;
}

Loader::Slot& Loader::slotOf(std::int64_t number) {
    return *slots_[static_cast<std::size_t>(number % setup_.prefetch)];
}

Loader::Slot* Loader::findWork() {
    for (std::int64_t number = nextOut_; number < nextOut_ + setup_.prefetch; ++number) {
        Slot& slot = slotOf(number);
        if (!slot.stale && !slot.error && slot.claimed < slot.batch->size)
            return &slot;
    }
    return nullptr;
}

void Loader::work(Desk& desk) {
    // On Linux a niceness belongs to a thread. Where it cannot be raised nothing depends on it.
    const auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, std::max(setup_.niceness, getpriority(PRIO_PROCESS, thread)));
    std::vector<Replacement> replaced;
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        Slot* slot = findWork();
        if (slot == nullptr) {
            workReady_.wait(lock);
            continue;
        }
        const Job job{slot->batch.get(), slot->options, slot->claimed,
                      std::min(slot->claimed + rowsAChunk(viewsOf(*slot->options), setup_), slot->batch->size)};
        slot->claimed = job.end;
        ++slot->inFlight;
        lock.unlock();
        std::exception_ptr error;
        replaced.clear();
        try {
            build(job, desk, replaced);
        } catch (const ReadingThreads::LeftBehind&) {
            throw;
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        --slot->inFlight;
        if (!slot->stale) {
            slot->done += job.end - job.begin;
            slot->batch->replaced.insert(slot->batch->replaced.end(), replaced.begin(), replaced.end());
            if (error && !slot->error)
                slot->error = error;
        } else if (slot->inFlight == 0) {
            restartOrFail(*slot);
        }
        if (slot->number == nextOut_ && slot->ready())
            batchReady_.notify_all();
    }
}

void Loader::build(const Job& job, Desk& desk, std::vector<Replacement>& replaced) {
    Batch& batch = *job.batch;
    const EpochOrder::Order order = order_.of(batch.epoch);
    desk.plans.resize(static_cast<std::size_t>(batch.crops()));
    for (std::int64_t row = job.begin; row < job.end; ++row) {
        const std::int64_t place = batch.placeInEpoch * batch.size + row;
        const ViewKey key{setup_.seed, batch.epoch, SampleIndex{(*order)[static_cast<std::size_t>(place)]}};
        const auto plan = [&desk, &options = *job.options, &key, channels = batch.channels](PictureSize size) {
            desk.planned = size;
            for (std::size_t crop = 0; crop < desk.plans.size(); ++crop)
                desk.plans[crop] = planView(options, key, static_cast<int>(crop), size.width, size.height, channels);
        };
        const auto planFirst = [&plan, &desk, &options = *job.options](PictureSize size) { // while a picture is read
            plan(size);
            return options.mode == "fast" ? largestShrink(desk.plans) : 1;
        };
        desk.planned = {};
        PictureView picture;
        const SampleIndex used = readPlace(*order, place, row, std::cref(planFirst), desk, picture, replaced);
        if (picture.shrink == 1 && desk.planned != PictureSize{picture.width, picture.height})
            plan({picture.width, picture.height});
        batch.samples[static_cast<std::size_t>(row)] = used;
        batch.shrinks[static_cast<std::size_t>(row)] = picture.shrink;
        if (!batch.labels.empty())
            batch.labels[static_cast<std::size_t>(row)] = source_->label(used).value_or(-1);
        for (int crop = 0; crop < batch.crops(); ++crop) {
            const ViewPlan& made = desk.plans[static_cast<std::size_t>(crop)];
            batch.plans[static_cast<std::size_t>(crop * batch.size + row)] = made;
            const std::int64_t values = batch.cropValues(crop) / batch.size;
            desk.renderer.render(picture, made, batch.values.data() + batch.offset(crop) + row * values);
        }
    }
}

SampleIndex Loader::readPlace(const std::vector<std::uint32_t>& order, std::int64_t place, std::int64_t row,
                              const ChooseShrink& choose, Desk& desk, PictureView& picture,
                              std::vector<Replacement>& replaced) const {
    const auto count = static_cast<std::int64_t>(order.size());
    std::string reason;
    for (std::int64_t step = 0; step < std::min(count, kUnreadableInARow); ++step) {
        const SampleIndex index{order[static_cast<std::size_t>((place + step) % count)]};
        try {
            picture = desk.seat.read(
                index.value, [&desk, &choose, index] { return desk.source->readSmaller(index, desk.buffer, choose); });
            if (step > 0)
                replaced.push_back({row, SampleIndex{order[static_cast<std::size_t>(place)]}, index, reason});
            return index;
        } catch (const EngineError& error) {
            if (error.error().code == ErrorCode::noPictures) // not this one alone
                throw;
            if (reason.empty())
                reason = error.what();
        }
    }
    throw EngineError(ErrorCode::badInput, "data",
                      source_->name() + ": " + std::to_string(std::min(count, kUnreadableInARow)) +
                          " pictures in a row cannot be read; the first problem was: " + reason);
}

BatchPtr Loader::handOut(Slot& slot) {
    if (slot.error)
        std::rethrow_exception(slot.error);
    std::unique_ptr<Batch> fresh = freeBatch(viewsOf(*revisionOf(slot.number + setup_.prefetch).options));
    std::unique_ptr<Batch> batch = std::move(slot.batch);
    std::sort(batch->replaced.begin(), batch->replaced.end(),
              [](const Replacement& a, const Replacement& b) { return a.row < b.row; });
    batch->waitSeconds = waitedForNext_;
    waitedForNext_ = 0;
    replaced_ += static_cast<std::int64_t>(batch->replaced.size());
    ++nextOut_;
    assign(slot, slot.number + setup_.prefetch, std::move(fresh));
    Batch* used = batch.release();
    return BatchPtr(used, [pool = pool_, used](const Batch*) { pool->give(std::unique_ptr<Batch>(used)); });
}

BatchPtr Loader::waitUntil(const Clock::time_point* limit) {
    std::unique_lock lock(mutex_);
    Slot& slot = slotOf(nextOut_);
    const auto ready = [&] { return stopping_ || slot.ready(); };
    if (!ready()) {
        const Clock::time_point start = Clock::now();
        if (limit == nullptr)
            batchReady_.wait(lock, ready);
        else
            batchReady_.wait_until(lock, *limit, ready);
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        waited_ += seconds;
        waitedForNext_ += seconds;
    }
    if (stopping_)
        throw EngineError(ErrorCode::cancelled, "data", "loading was stopped");
    return slot.ready() ? handOut(slot) : nullptr;
}

BatchPtr Loader::next() { return waitUntil(nullptr); }

BatchPtr Loader::waitNext(std::chrono::milliseconds limit) {
    const Clock::time_point end = Clock::now() + limit;
    return waitUntil(&end);
}

std::int64_t Loader::setAugment(const AugmentOptions& options, std::int64_t fromBatch) {
    if (auto error = checkAugment(options))
        throw EngineError(*error);
    const AugmentOptions& former = *revisions_.back().options; // threads only read revisions
    if (options.mean != former.mean || options.std != former.std)
        throw EngineError(ErrorCode::notAllowed, "data",
                          "augment.mean and augment.std belong to a run: start a new run to change them");
    const ViewSet views = viewsOf(options);
    std::vector<std::unique_ptr<Batch>> fresh; // made before anything is changed, and outside the lock
    for (int i = 0; i < setup_.prefetch && views != viewsOf(former); ++i)
        fresh.push_back(makeBatch(views));
    const std::lock_guard lock(mutex_);
    const std::int64_t from = std::max(fromBatch, nextOut_);
    reviseTo(from, options);
    for (auto& batch : fresh)
        pool_->give(std::move(batch));
    for (auto& slot : slots_)
        if (slot->number >= from) {
            if (slot->inFlight > 0)
                slot->stale = true;
            else
                restart(*slot);
        }
    return from;
}

void Loader::reviseTo(std::int64_t from, const AugmentOptions& options) {
    const std::int64_t number = revisions_.back().number + 1;
    std::erase_if(revisions_, [&](const Revision& revision) { return revision.from >= from && revision.number > 0; });
    revisions_.push_back({from, number, std::make_shared<const AugmentOptions>(options)});
    while (revisions_.size() > 1 && revisions_[1].from <= nextOut_)
        revisions_.erase(revisions_.begin());
    std::vector<ViewSet> wanted;
    for (const Revision& revision : revisions_)
        wanted.push_back(viewsOf(*revision.options));
    pool_->want(std::move(wanted));
}

std::int64_t Loader::nextNumber() const {
    const std::lock_guard lock(mutex_);
    return nextOut_;
}

std::int64_t Loader::replacedCount() const {
    const std::lock_guard lock(mutex_);
    return replaced_;
}

double Loader::waitedSeconds() const {
    const std::lock_guard lock(mutex_);
    return waited_;
}

} // namespace dinoscope
