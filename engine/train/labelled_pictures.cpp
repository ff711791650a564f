// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/labelled_pictures.h"

#include "engine/augment/evaluation_transform.h"
#include "engine/augment/view_renderer.h"
#include "engine/data/epoch_order.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::int64_t kReadBetweenLooks = 50;
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
    /// Takes up to `most` pictures.
    PictureTable(const ImageSource& source, std::int64_t side, std::int64_t most)
        : source_(source), order_(orderOf(source)),
          transform_(
              evaluationTransform(source.uniformSize(), static_cast<int>(side), Normalization{{0, 0, 0}, {1, 1, 1}})),
          renderer_(transform_.normalization), most_(std::min(most, source.count())),
          pixels_(torch::empty({most_, source.channels(), side, side}, torch::kUInt8)),
          planes_(static_cast<std::size_t>(source.channels() * side * side)) {}

    /// Takes labelled pictures from place `begin` of the order on. @returns the place behind the last one looked at.
    std::int64_t read(std::int64_t begin, const std::function<void(std::int64_t)>& taken) {
        std::int64_t place = begin;
        for (; place < source_.count() && static_cast<std::int64_t>(labels_.size()) < most_; ++place) {
            const SampleIndex index{order_ ? (*order_)[static_cast<std::size_t>(place)] : place};
            const auto label = source_.label(index);
            if (label && *label >= 0 && append(index))
                labels_.push_back(*label);
            if (labels_.size() % kReadBetweenLooks == 0)
                taken(static_cast<std::int64_t>(labels_.size()));
        }
        return place;
    }

    LabelledPictures take() {
        const auto count = static_cast<std::int64_t>(labels_.size());
        return {count < most_ ? pixels_.narrow(0, 0, count).clone() : pixels_, torch::tensor(labels_, torch::kInt64)};
    }
    bool empty() const { return labels_.empty(); }

private:
    bool append(SampleIndex index) {
        try {
            renderEvaluation(renderer_, source_.read(index, buffer_), transform_, planes_.data());
        } catch (const EngineError&) {
            return false; // the loader names it when it comes to it
        }
        std::uint8_t* to = pixels_.data_ptr<std::uint8_t>() + labels_.size() * planes_.size();
        for (const float value : planes_)
            *to++ = static_cast<std::uint8_t>(std::lround(value * 255));
        return true;
    }

    const ImageSource& source_;
    EpochOrder::Order order_;
    EvaluationTransform transform_;
    ViewRenderer renderer_;
    std::int64_t most_;
    torch::Tensor pixels_; // (most, C, S, S)
    std::vector<float> planes_;
    Image buffer_;
    std::vector<std::int64_t> labels_;
};

} // namespace

std::shared_ptr<const KnnProtocol> makeKnnProtocol(const DataSets& sets, const RunSettings& settings,
                                                   const ReadProgress& progress) {
    // With one class every guess is right.
    if (sets.train->classNames().size() < 2 || (sets.test && !sets.test->labelled()))
        return nullptr;
    const EvalOptions& eval = settings.eval;
    const std::int64_t side = settings.augment.globalSize, total = eval.references + eval.queries;
    PictureTable references(*sets.train, side, eval.references);
    const std::int64_t behind = references.read(0, [&](std::int64_t done) { goOn(progress, done, total); });
    PictureTable queries(sets.test ? *sets.test : *sets.train, side, eval.queries);
    queries.read(sets.test ? 0 : behind, [&](std::int64_t done) { goOn(progress, eval.references + done, total); });
    if (references.empty() || queries.empty())
        return nullptr;
    auto protocol = std::make_shared<KnnProtocol>();
    protocol->references = references.take();
    protocol->queries = queries.take();
    protocol->classes = static_cast<std::int64_t>(sets.train->classNames().size());
    protocol->sliceSize = std::clamp<std::int64_t>(kPixelsASlice / (side * side), 1, 100);
    protocol->neighbours = eval.neighbours;
    protocol->temperature = eval.temperature;
    const int channels = sets.train->channels();
    const Normalization normalization = normalizationOf(settings.augment, channels);
    for (int c = 0; c < channels; ++c) {
        protocol->mean.push_back(normalization.mean[static_cast<std::size_t>(c)]);
        protocol->deviation.push_back(normalization.std[static_cast<std::size_t>(c)]);
    }
    return protocol;
}

double pixelAccuracy(const std::shared_ptr<const KnnProtocol>& protocol, const ReadProgress& progress) {
    KnnEvaluation evaluation(protocol, {{"pixels", pixelFeatures}});
    while (evaluation.slice())
        goOn(progress, evaluation.done(), evaluation.total());
    return evaluation.results().front().top1;
}

} // namespace dinoscope
