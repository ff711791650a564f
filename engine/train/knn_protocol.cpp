// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/knn_protocol.h"

#include "engine/augment/evaluation_transform.h"
#include "engine/augment/view_renderer.h"
#include "engine/data/epoch_order.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::int64_t kReadBetweenLooks = 50;
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

/// The order in which pictures are taken: that of the set, null, or a mixed one if it is sorted by class, so that the
/// first ones are of all classes.
EpochOrder::Order orderOf(const ImageSource& source) {
    return sortedByClass(source) ? EpochOrder(kMixingSeed, source.count()).of(Epoch{0}) : nullptr;
}

/// Reads whole pictures, as the networks see them, into one table of bytes.
class PictureTable {
public:
    /// Takes up to `most` pictures; all of them, or those that have a label.
    PictureTable(const ImageSource& source, std::int64_t side, std::int64_t most, bool labelledOnly)
        : source_(source), order_(orderOf(source)), labelledOnly_(labelledOnly),
          transform_(
              evaluationTransform(source.uniformSize(), static_cast<int>(side), Normalization{{0, 0, 0}, {1, 1, 1}})),
          renderer_(transform_.normalization), most_(std::min(most, source.count())),
          pixels_(torch::empty({most_, source.channels(), side, side}, torch::kUInt8)),
          planes_(static_cast<std::size_t>(source.channels() * side * side)) {}

    /// Takes pictures from place `begin` of the order on. @returns the place behind the last one looked at.
    std::int64_t read(std::int64_t begin, const std::function<void(std::int64_t)>& taken) {
        std::int64_t place = begin;
        while (look(place)) {
            ++place;
            if (labels_.size() % kReadBetweenLooks == 0)
                taken(size());
        }
        return place;
    }

    /// Takes the picture at a place, if it is of use. @returns false if there is no such place or no room.
    bool look(std::int64_t place) {
        if (place >= source_.count() || size() >= most_)
            return false;
        const SampleIndex index{order_ ? (*order_)[static_cast<std::size_t>(place)] : place};
        const std::int64_t label = source_.label(index).value_or(-1);
        if ((label >= 0 || !labelledOnly_) && append(index)) {
            labels_.push_back(label);
            samples_.push_back(index);
        }
        return true;
    }

    PictureSet take() {
        return {size() < most_ ? pixels_.narrow(0, 0, size()).clone() : pixels_, torch::tensor(labels_, torch::kInt64),
                std::move(samples_)};
    }
    bool empty() const { return labels_.empty(); }
    std::int64_t size() const { return static_cast<std::int64_t>(labels_.size()); }
    std::int64_t most() const { return most_; }

private:
    bool append(SampleIndex index) {
        try {
            renderEvaluation(renderer_, source_.read(index, buffer_), transform_, planes_.data());
        } catch (const EngineError& error) {
            if (error.error().code == ErrorCode::noPictures)
                throw;
            return false; // the loader names it when it comes to it
        }
        std::uint8_t* to = pixels_.data_ptr<std::uint8_t>() + labels_.size() * planes_.size();
        for (const float value : planes_)
            *to++ = static_cast<std::uint8_t>(std::lround(value * 255));
        return true;
    }

    const ImageSource& source_;
    EpochOrder::Order order_;
    bool labelledOnly_;
    EvaluationTransform transform_;
    ViewRenderer renderer_;
    std::int64_t most_;
    torch::Tensor pixels_; // (most, C, S, S)
    std::vector<float> planes_;
    Image buffer_;
    std::vector<std::int64_t> labels_;
    std::vector<SampleIndex> samples_;
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
    const std::int64_t side = settings.augment.globalSize, total = eval.references + eval.queries;
    PictureTable references(*sets.train, side, eval.references, true);
    const std::int64_t behind = references.read(0, [&](std::int64_t done) { goOn(progress, done, total); });
    PictureTable queries(sets.test ? *sets.test : *sets.train, side, eval.queries, true);
    queries.read(sets.test ? 0 : behind, [&](std::int64_t done) { goOn(progress, eval.references + done, total); });
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
    PictureTable table(*source, side, std::min(settings.eval.references, room), false);
    WorkProgress progress{"Reading pictures for their neighbours", 0, table.most()};
    for (std::int64_t place = 0; table.look(place); ++place) {
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
