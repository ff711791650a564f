// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_feed.h"

#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

namespace dinoscope {
namespace {

constexpr int kNiceness = 5; ///< as the training loader's threads

/// The picture with another number of channels, in `scratch` if it has to be made.
PictureView withChannelsOf(const PictureView& picture, int channels, Image& scratch) {
    if (picture.channels == channels)
        return picture;
    const auto count = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
    scratch.width = picture.width;
    scratch.height = picture.height;
    scratch.channels = channels;
    scratch.pixels.resize(count * static_cast<std::size_t>(channels));
    const std::uint8_t* from = picture.pixels;
    std::uint8_t* to = scratch.pixels.data();
    for (std::size_t i = 0; i < count; ++i)
        if (channels == 3) {
            to = std::fill_n(to, 3, *from++);
        } else { // Pillow's conversion to grey
            *to++ = static_cast<std::uint8_t>((from[0] * 19595 + from[1] * 38470 + from[2] * 7471 + 0x8000) >> 16);
            from += 3;
        }
    return PictureView(scratch);
}

/// Nothing depends on it where it cannot be lowered. On Linux a niceness belongs to a thread.
void lowerPriority() {
    const auto thread = static_cast<id_t>(gettid());
    setpriority(PRIO_PROCESS, thread, std::max(kNiceness, getpriority(PRIO_PROCESS, thread)));
}

} // namespace

PictureFeed::PictureFeed(FeedSetup setup) : setup_(std::move(setup)) {
    if (auto error = checkTransform(setup_.transform))
        throw EngineError(*error);
    if (setup_.channels == 0)
        setup_.channels = setup_.source->channels();
    setup_.threads = std::max(1, setup_.threads);
    setup_.batchSize = std::max<std::int64_t>(1, setup_.batchSize);
    for (int i = 0; i < setup_.threads; ++i)
        start();
}

PictureFeed::~PictureFeed() {
    stopping_ = true;
    for (const std::int64_t index : threads_.end(setup_.patience))
        noteUnanswered(setup_.source->picturePlace(SampleIndex{index}));
}

void PictureFeed::start() {
    if (begun_ == total())
        return;
    const std::int64_t begin = begun_;
    begun_ = std::min(total(), begun_ + setup_.batchSize);
    try {
        const auto promise = std::make_shared<std::promise<PictureBatch>>();
        threads_.start([this, promise, begin, source = setup_.source](ReadingThreads::Seat& seat) {
            lowerPriority();
            try {
                promise->set_value(make(seat, *source, begin));
            } catch (const ReadingThreads::LeftBehind&) {
                throw;
            } catch (...) {
                promise->set_exception(std::current_exception());
            }
        });
        ahead_.push_back(promise->get_future());
    } catch (const std::system_error&) { // no thread to be had: the caller does it
        ahead_.push_back(std::async(std::launch::deferred, [this, begin] {
            ReadingThreads::Seat seat;
            return make(seat, *setup_.source, begin);
        }));
    }
}

PictureBatch PictureFeed::make(ReadingThreads::Seat& seat, const ImageSource& source, std::int64_t begin) const {
    PictureBatch batch;
    batch.places = std::min(total() - begin, setup_.batchSize);
    const std::size_t values = static_cast<std::size_t>(setup_.channels) *
                               static_cast<std::size_t>(setup_.transform.cropSide) *
                               static_cast<std::size_t>(setup_.transform.cropSide);
    batch.values.resize(values * static_cast<std::size_t>(batch.places));
    ViewRenderer renderer(setup_.transform.normalization);
    Image buffer, scratch;
    for (std::int64_t place = begin; place < begin + batch.places && !stopping_; ++place) {
        const SampleIndex index{(*setup_.order)[static_cast<std::size_t>(place)]};
        float* const out = batch.values.data() + values * batch.samples.size();
        std::string name; // the source names a picture that cannot be read, what follows does not
        try {
            const PictureView read =
                seat.read(index.value, [&source, &buffer, index] { return source.read(index, buffer); });
            const PictureView picture = withChannelsOf(read, setup_.channels, scratch);
            name = source.caption(index) + ": ";
            if (setup_.views)
                renderLinearTraining(renderer, picture, setup_.transform,
                                     {setup_.views->seed, setup_.views->epoch, index}, out);
            else
                renderEvaluation(renderer, picture, setup_.transform, out);
            batch.samples.push_back(index);
        } catch (const EngineError& error) {
            if (error.error().code == ErrorCode::noPictures) // not this one alone
                throw;
            batch.problems.push_back(name + error.what());
        }
    }
    batch.values.resize(values * batch.samples.size());
    return batch;
}

std::optional<PictureBatch> PictureFeed::next(std::chrono::milliseconds limit) {
    if (ahead_.front().wait_for(limit) == std::future_status::timeout)
        return std::nullopt;
    std::future<PictureBatch> ready = std::move(ahead_.front());
    ahead_.pop_front();
    start();
    PictureBatch batch = ready.get();
    done_ += batch.places;
    return batch;
}

EpochOrder::Order labelledPictures(const ImageSource& source) {
    auto order = std::make_shared<std::vector<std::uint32_t>>();
    for (std::int64_t i = 0; i < source.count(); ++i)
        if (source.label(SampleIndex{i}).value_or(-1) >= 0)
            order->push_back(static_cast<std::uint32_t>(i));
    return order;
}

} // namespace dinoscope
