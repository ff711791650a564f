// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/knn_protocol.h"

#include "engine/augment/evaluation_transform.h"
#include "engine/data/data_options.h"
#include "engine/data/epoch_order.h"
#include "engine/data/picture_feed.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kLook{40}; ///< at what is ready, so that commands are answered in between
constexpr std::int64_t kReadAtOnce = 8;
constexpr std::int64_t kMostBytes = 256 << 20;        ///< of references that nobody chose the number of
constexpr std::uint64_t kMixingSeed = 0;              ///< the same pictures for every run
constexpr std::int64_t kPixelsASlice = 100 * 28 * 28; ///< of an evaluation, so that commands are answered in between

void goOn(const ReadProgress& progress, std::int64_t done, std::int64_t total) {
    if (!progress(done, total))
        throw EngineError(ErrorCode::cancelled, "train", "The preparation was given up.");
}

bool sortedByClass(const ImageSource& source) {
    std::int32_t last = 0;
    for (std::int64_t i = 0; i < source.count(); ++i)
        if (const auto label = source.label(SampleIndex{i})) {
            if (*label < last)
                return false;
            last = *label;
        }
    return true;
}

/// The pictures to take, all or those that have a label, in the order of the set; mixed if that is sorted by class, so
/// that the first ones are of all classes.
EpochOrder::Order orderOf(const ImageSource& source, bool labelledOnly) {
    auto order = std::make_shared<std::vector<std::uint32_t>>(static_cast<std::size_t>(source.count()));
    std::iota(order->begin(), order->end(), 0u);
    if (sortedByClass(source))
        *order = *EpochOrder(kMixingSeed, source.count()).of(Epoch{0});
    if (labelledOnly)
        std::erase_if(*order, [&](std::uint32_t i) { return source.label(SampleIndex{i}).value_or(-1) < 0; });
    return order;
}

/// Reads whole pictures, as the networks see them, into one table of bytes. Threads of its own read them, so that a
/// disk that does not answer holds up nobody.
class PictureTable {
public:
    /// Takes up to `most` pictures of `order` from place `begin` on.
    PictureTable(const ImageSourcePtr& source, const RunSettings& settings, EpochOrder::Order order, std::int64_t begin,
                 std::int64_t most)
        : source_(source), order_(std::move(order)), place_(std::min(begin, placesOf(*order_))),
          most_(std::min(most, placesOf(*order_) - place_)) {
        const std::int64_t side = settings.augment.globalSize;
        pixels_ = torch::empty({most_, source->channels(), side, side}, torch::kUInt8);
        if (most_ == 0)
            return;
        FeedSetup setup;
        setup.source = source;
        setup.order = std::make_shared<std::vector<std::uint32_t>>(order_->begin() + place_, order_->end());
        setup.transform =
            evaluationTransform(source->uniformSize(), static_cast<int>(side), Normalization{{0, 0, 0}, {1, 1, 1}});
        setup.batchSize = kReadAtOnce;
        setup.threads = loaderThreadCount(settings.data.loaderThreads);
        feed_.emplace(std::move(setup));
    }

    /// Takes what was read meanwhile. @returns false if there is no more, or no room.
    bool read() {
        if (size() >= most_ || !feed_ || feed_->finished()) {
            feed_.reset();
            return false;
        }
        if (const auto batch = feed_->next(kLook))
            take(*batch);
        return true;
    }

    PictureSet take() {
        return {size() < most_ ? pixels_.narrow(0, 0, size()).clone() : pixels_, torch::tensor(labels_, torch::kInt64),
                std::move(samples_)};
    }
    bool empty() const { return labels_.empty(); }
    std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
    std::int64_t most() const { return most_; }
    /// The place of the order behind the last picture that was taken, or could not be read.
    std::int64_t place() const { return place_; }

private:
    static std::int64_t placesOf(const std::vector<std::uint32_t>& order) {
        return static_cast<std::int64_t>(order.size());
    }

    /// Pictures that could not be read are missing: the loader names them when it comes to them.
    void take(const PictureBatch& batch) {
        const std::int64_t end = place_ + batch.places, values = most_ > 0 ? pixels_[0].numel() : 0;
        const float* from = batch.values.data();
        for (std::size_t i = 0; i < batch.samples.size() && size() < most_; ++i) {
            while ((*order_)[static_cast<std::size_t>(place_)] != batch.samples[i].value)
                ++place_;
            ++place_;
            std::uint8_t* const to = pixels_.data_ptr<std::uint8_t>() + size() * values;
            std::transform(from, from + values, to,
                           [](float value) { return static_cast<std::uint8_t>(std::lround(value * 255)); });
            from += values;
            labels_.push_back(source_->label(batch.samples[i]).value_or(-1));
            samples_.push_back(batch.samples[i]);
        }
        if (size() < most_)
            place_ = end;
    }

    ImageSourcePtr source_;
    EpochOrder::Order order_;
    std::int64_t place_, most_;
    torch::Tensor pixels_; // (most, C, S, S)
    std::vector<std::int64_t> labels_;
    std::vector<SampleIndex> samples_;
    std::optional<PictureFeed> feed_;
};

/// What does not depend on the pictures.
std::shared_ptr<KnnProtocol> emptyProtocol(const RunSettings& settings, int channels) {
    auto protocol = std::make_shared<KnnProtocol>();
    const std::int64_t side = settings.augment.globalSize;
    protocol->sliceSize = std::clamp<std::int64_t>(kPixelsASlice / (side * side), 1, 100);
    protocol->neighbours = settings.eval.neighbours;
    protocol->temperature = settings.eval.temperature;
    const Normalization normalization = normalizationOf(settings.augment, channels);
    for (int c = 0; c < channels; ++c) {
        protocol->mean.push_back(normalization.mean[static_cast<std::size_t>(c)]);
        protocol->deviation.push_back(normalization.std[static_cast<std::size_t>(c)]);
    }
    return protocol;
}

} // namespace

std::shared_ptr<const KnnProtocol> makeKnnProtocol(const DataSets& sets, const RunSettings& settings,
                                                   const ReadProgress& progress) {
    // With one class every guess is right.
    if (sets.train->classNames().size() < 2 || (sets.test && !sets.test->labelled()))
        return nullptr;
    const EvalOptions& eval = settings.eval;
    const std::int64_t total = eval.references + eval.queries;
    const EpochOrder::Order order = orderOf(*sets.train, true);
    PictureTable references(sets.train, settings, order, 0, eval.references);
    while (references.read())
        goOn(progress, references.size(), total);
    PictureTable queries = sets.test ? PictureTable(sets.test, settings, orderOf(*sets.test, true), 0, eval.queries)
                                     : PictureTable(sets.train, settings, order, references.place(), eval.queries);
    while (queries.read())
        goOn(progress, eval.references + queries.size(), total);
    if (references.empty() || queries.empty())
        return nullptr;
    const auto protocol = emptyProtocol(settings, sets.train->channels());
    protocol->references = references.take();
    protocol->queries = queries.take();
    protocol->classes = static_cast<std::int64_t>(sets.train->classNames().size());
    return protocol;
}

Slices<std::shared_ptr<const KnnProtocol>> readReferences(ImageSourcePtr source, RunSettings settings) {
    const std::int64_t side = settings.augment.globalSize;
    const std::int64_t room = std::max<std::int64_t>(1, kMostBytes / (side * side * source->channels()));
    PictureTable table(source, settings, orderOf(*source, false), 0, std::min(settings.eval.references, room));
    WorkProgress progress{"Reading pictures for their neighbours", 0, table.most()};
    while (table.read()) {
        progress.done = table.size();
        co_yield progress;
    }
    if (table.empty())
        throw EngineError(ErrorCode::badInput, "train",
                          "No picture of " + source->name() + " could be read, so there are no neighbours to show.");
    const auto protocol = emptyProtocol(settings, source->channels());
    protocol->references = table.take();
    co_return std::shared_ptr<const KnnProtocol>(protocol);
}

double pixelAccuracy(const std::shared_ptr<const KnnProtocol>& protocol, const ReadProgress& progress) {
    KnnEvaluation evaluation(protocol, {{"pixels", pixelFeatures, nullptr}});
    while (evaluation.slice())
        goOn(progress, evaluation.done(), evaluation.total());
    return evaluation.results().front().top1;
}

} // namespace dinoscope
