// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/labelled_pictures.h"

#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr std::int64_t kReadBetweenLooks = 50;
constexpr std::int64_t kPixelsASlice = 100 * 28 * 28; ///< of an evaluation, so that commands are answered in between

void goOn(const ReadProgress& progress, std::int64_t done, std::int64_t total) {
    if (!progress(done, total))
        throw EngineError(ErrorCode::cancelled, "train", "The preparation was given up.");
}

/// Reads whole pictures into one table of bytes.
class PictureTable {
public:
    PictureTable(const ImageSource& source, std::int64_t side) : source_(source), side_(side) {}

    /// Takes up to `count` labelled pictures from `begin` on. @returns the index behind the last one looked at.
    std::int64_t read(std::int64_t begin, std::int64_t count, const std::function<void(std::int64_t)>& taken) {
        std::int64_t index = begin;
        for (; index < source_.count() && static_cast<std::int64_t>(labels_.size()) < count; ++index) {
            const auto label = source_.label(SampleIndex{index});
            if (label && *label >= 0 && append(SampleIndex{index}))
                labels_.push_back(*label);
            if (labels_.size() % kReadBetweenLooks == 0)
                taken(static_cast<std::int64_t>(labels_.size()));
        }
        return index;
    }

    LabelledPictures take() {
        const auto count = static_cast<std::int64_t>(labels_.size());
        return {torch::tensor(pixels_, torch::kUInt8).view({count, source_.channels(), side_, side_}),
                torch::tensor(labels_, torch::kInt64)};
    }
    bool empty() const { return labels_.empty(); }

private:
    bool append(SampleIndex index) {
        const auto values = static_cast<std::size_t>(source_.channels() * side_ * side_);
        planes_.resize(values);
        try {
            const PictureView picture = source_.read(index, buffer_);
            // A larger picture is cut as the official evaluation cuts it: 256 pixels for a middle square of 224.
            const std::int64_t shorter = std::min(picture.width, picture.height);
            const std::int64_t resized = shorter > side_ ? side_ * 8 / 7 : side_;
            renderer_.renderCenter(picture, static_cast<int>(resized), static_cast<int>(side_), planes_.data());
        } catch (const EngineError&) {
            return false; // the loader names it when it comes to it
        }
        for (float value : planes_)
            pixels_.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
        return true;
    }

    const ImageSource& source_;
    std::int64_t side_;
    ViewRenderer renderer_{Normalization{{0, 0, 0}, {1, 1, 1}}};
    Image buffer_;
    std::vector<float> planes_;
    std::vector<std::uint8_t> pixels_;
    std::vector<std::int64_t> labels_;
};

} // namespace

std::shared_ptr<const KnnProtocol> makeKnnProtocol(const DataSets& sets, const RunSettings& settings,
                                                   const ReadProgress& progress) {
    if (!sets.train->labelled() || (sets.test && !sets.test->labelled()))
        return nullptr;
    const EvalOptions& eval = settings.eval;
    const std::int64_t side = settings.augment.globalSize, total = eval.references + eval.queries;
    PictureTable references(*sets.train, side);
    const std::int64_t behind =
        references.read(0, eval.references, [&](std::int64_t done) { goOn(progress, done, total); });
    PictureTable queries(sets.test ? *sets.test : *sets.train, side);
    queries.read(sets.test ? 0 : behind, eval.queries,
                 [&](std::int64_t done) { goOn(progress, eval.references + done, total); });
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
