// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_pictures.h"

#include "engine/augment/evaluation_transform.h"
#include "engine/backbones/backbone.h"
#include "engine/data/picture_feed.h"
#include "engine/data/source_opening.h"
#include "engine/eval/feature_extraction.h"
#include "engine/formats/npy_file.h"
#include "engine/formats/output_file.h"
#include "engine/formats/png_file.h"
#include "engine/probes/attention_figure.h"
#include "engine/probes/attention_probe.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"
#include "engine/support/sha256.h"
#include "engine/train/compute_threads.h"
#include "engine/train/run_settings.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace dinoscope {
namespace {

constexpr std::int64_t kUsualFigures = 16;
constexpr std::chrono::milliseconds kWait{50};
constexpr std::size_t kNamedProblems = 5;

Normalization normalizationOf(const ExportedNetwork& network) {
    Normalization out; // grey pictures have one constant, which stands for all three
    for (std::size_t i = 0; i < out.mean.size(); ++i) {
        out.mean[i] = network.mean[std::min(i, network.mean.size() - 1)];
        out.std[i] = network.std[std::min(i, network.std.size() - 1)];
    }
    return out;
}

int threadsOf(const ExportRequest& request) {
    RunOptions run;
    run.threads = request.threads;
    return computeThreads(run);
}

Slices<ImageSourcePtr> picturesOf(ExportRequest request) {
    if (request.pictures.empty())
        throw EngineError(ErrorCode::badInput, "train",
                          "Pictures are needed for this export: name a folder or data set of them.");
    SourceOpening opening(request.pictures, {"auto", {request.officialLoading}, 0});
    do {
        const WorkProgress progress = opening.progress();
        co_yield progress;
    } while (!opening.wait(kWait));
    co_return opening.take().train;
}

/// A text as a field of a line of comma-separated values.
std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == text.npos)
        return text;
    std::string out = "\"";
    for (const char c : text)
        out.append(c == '"' ? 2 : 1, c);
    return out + '"';
}

struct Rows {
    std::vector<SampleIndex> samples;
    torch::Tensor features; ///< (N, D)
    std::vector<std::string> problems;
    std::int64_t unreadable = 0;
};

void append(Rows& rows, const PictureBatch& batch, const torch::Tensor& features) {
    if (!batch.samples.empty()) {
        rows.samples.insert(rows.samples.end(), batch.samples.begin(), batch.samples.end());
        rows.features = rows.features.defined() ? torch::cat({rows.features, features}) : features;
    }
    rows.unreadable += static_cast<std::int64_t>(batch.problems.size());
    for (const std::string& problem : batch.problems)
        if (rows.problems.size() < kNamedProblems)
            rows.problems.push_back(problem);
}

TensorView viewOf(const torch::Tensor& tensor, ElementType type) {
    TensorView view;
    view.type = type;
    view.shape.assign(tensor.sizes().begin(), tensor.sizes().end());
    view.bytes = {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()};
    return view;
}

[[noreturn]] void differs(const std::string& path) {
    throw EngineError(ErrorCode::io, "train", "'" + path + "' does not hold what was written. Export it again.");
}

void writeArray(const std::string& path, const torch::Tensor& tensor, ElementType type) {
    const TensorView view = viewOf(tensor, type);
    writeNpy(path, view);
    const NpyArray found = readNpy(path);
    if (found.view.shape != view.shape || found.view.type != type ||
        !std::equal(found.view.bytes.begin(), found.view.bytes.end(), view.bytes.begin(), view.bytes.end()))
        differs(path);
}

std::string lineOf(const ImageSource& source, SampleIndex sample, const float* values, std::int64_t width) {
    const auto label = source.label(sample);
    std::string line = quoted(source.pictureName(sample)) + ",";
    if (label)
        line += quoted(source.classNames()[static_cast<std::size_t>(*label)]);
    for (std::int64_t i = 0; i < width; ++i) {
        char text[24];
        line += ',';
        line.append(text, std::to_chars(text, text + sizeof text, values[i]).ptr);
    }
    return line + '\n';
}

void writeTable(const std::string& path, const ImageSource& source, const Rows& rows) {
    const std::int64_t width = rows.features.size(1);
    const std::string sum = writeWholeFile(path, [&](DurableFile& file) {
        std::string header = "picture,class";
        for (std::int64_t i = 0; i < width; ++i)
            header += ",f" + std::to_string(i);
        file.write(header + "\n");
        for (std::size_t i = 0; i < rows.samples.size(); ++i)
            file.write(lineOf(source, rows.samples[i],
                              rows.features.const_data_ptr<float>() + static_cast<std::int64_t>(i) * width, width));
    });
    if (sha256OfFile(path) != sum)
        differs(path);
}

torch::Tensor labelsOf(const ImageSource& source, const Rows& rows) {
    std::vector<std::int64_t> labels;
    for (const SampleIndex sample : rows.samples)
        labels.push_back(source.label(sample).value_or(-1));
    return torch::tensor(labels, torch::kInt64);
}

PicturesExport writeFeatures(const ImageSource& source, const Rows& rows, const std::string& folder) {
    makeFolders(folder);
    PicturesExport out;
    out.readBack.files = {folder + "/features.npy", folder + "/features.csv"};
    writeArray(out.readBack.files[0], rows.features, ElementType::f32);
    writeTable(out.readBack.files[1], source, rows);
    if (source.labelled()) {
        out.readBack.files.push_back(folder + "/labels.npy");
        writeArray(out.readBack.files.back(), labelsOf(source, rows), ElementType::i64);
    }
    out.readBack.compared = "Read again: all " + std::to_string(rows.features.size(0)) + " rows of " +
                            std::to_string(rows.features.size(1)) + " numbers are equal to the bit.";
    if (rows.unreadable > 0)
        out.notes.push_back(std::to_string(rows.unreadable) + " pictures could not be read and were left out.");
    out.notes.insert(out.notes.end(), rows.problems.begin(), rows.problems.end());
    return out;
}

} // namespace

Slices<PicturesExport> exportFeatures(ExportedNetwork network, ExportRequest request, std::string folder) {
    auto pictures = picturesOf(request);
    while (pictures.next()) {
        const WorkProgress opening = pictures.progress();
        co_yield opening;
    }
    const ImageSourcePtr source = pictures.take();
    const std::int64_t count = request.count > 0 ? std::min(request.count, source->count()) : source->count();
    FeedSetup setup;
    setup.source = source;
    auto order = std::make_shared<std::vector<std::uint32_t>>(static_cast<std::size_t>(count));
    std::iota(order->begin(), order->end(), 0u);
    setup.order = order;
    setup.transform =
        evaluationTransform(source->uniformSize(), static_cast<int>(network.usualSide()), normalizationOf(network));
    setup.channels = static_cast<int>(network.backbone->traits().channels);
    setup.batchSize = evaluationBatch(setup.transform.cropSide);
    setup.threads = threadsOf(request);
    const FeatureFunction features = featuresOf(network.backbone, {});
    PictureFeed feed(setup);
    Rows rows;
    WorkProgress progress{"Computing features", 0, feed.total()};
    while (!feed.finished()) {
        if (const auto batch = feed.next(kWait)) {
            const ComputeThreads scope(threadsOf(request));
            append(rows, *batch,
                   batch->samples.empty() ? torch::Tensor()
                                          : features(pixelsOf(*batch, setup.channels, setup.transform.cropSide)));
        }
        progress.done = feed.done();
        co_yield progress;
    }
    if (rows.samples.empty())
        throw EngineError(ErrorCode::badInput, "train",
                          "No picture of '" + request.pictures + "' could be read: " + rows.problems.front());
    PicturesExport out = writeFeatures(*source, rows, folder);
    co_return out;
}

Slices<PicturesExport> exportAttention(ExportedNetwork network, ExportRequest request, std::string folder) {
    auto pictures = picturesOf(request);
    while (pictures.next()) {
        const WorkProgress opening = pictures.progress();
        co_yield opening;
    }
    const ImageSourcePtr source = pictures.take();
    const std::int64_t wanted = request.count > 0 ? request.count : kUsualFigures;
    makeFolders(folder);
    PicturesExport out;
    WorkProgress progress{"Drawing attention", 0, std::min(wanted, source->count())};
    for (; progress.done < progress.total; ++progress.done) {
        co_yield progress;
        const SampleIndex sample{progress.done};
        try {
            const ComputeThreads scope(threadsOf(request));
            AttentionRequest question;
            question.inputSide = request.side;
            const AttentionAnswer answer =
                attentionOfPicture(source->image(sample), source->caption(sample), normalizationOf(network), question,
                                   *network.backbone, *network.backbone);
            char name[32];
            std::snprintf(name, sizeof name, "attention-%06lld.png", static_cast<long long>(sample.value));
            out.readBack.files.push_back(folder + "/" + name);
            writePng(out.readBack.files.back(), attentionFigure(answer, answer.teacher));
        } catch (const EngineError& error) {
            if (error.error().code == ErrorCode::notAllowed || error.error().code == ErrorCode::io)
                throw;
            out.notes.push_back(error.error().message);
        }
    }
    if (out.readBack.files.empty())
        throw EngineError(ErrorCode::badInput, "train",
                          "No picture of '" + request.pictures + "' could be drawn: " + out.notes.front());
    out.readBack.compared = "Read again: every picture is equal to the bit.";
    co_return out;
}

} // namespace dinoscope
