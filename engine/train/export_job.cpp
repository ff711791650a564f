// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_job.h"

#include "engine/backbones/backbone.h"
#include "engine/checkpoint/exported_network.h"
#include "engine/checkpoint/onnx_network.h"
#include "engine/checkpoint/script_network.h"
#include "engine/support/check.h"
#include "engine/train/export_curves.h"
#include "engine/train/export_pictures.h"
#include "engine/train/export_place.h"
#include "engine/train/export_source.h"
#include "engine/train/live_run.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPlace = "PLACE"; ///< in examples: what the export is called

/// What a format can be loaded with: a sentence and lines of a program.
struct Loading {
    std::string format, note, example;
};

const std::vector<Loading>& loadings() {
    static const std::vector<Loading> table = {
        {"safetensors", "Loads with the package safetensors, with PyTorch and other frameworks.",
         "from safetensors.torch import load_file\nstate = load_file('PLACE')\nprint(len(state), 'tensors')"},
        {"timm",
         "Loads with timm 1.0. Inputs of the usual side give the same features; timm interpolates positions for other "
         "sides in its own way.",
         "import timm\nmodel = timm.create_model('local-dir:PLACE', pretrained=True)\nfeatures = model.eval()(pixels)"},
        {"huggingface",
         "Loads with transformers 4 and 5 as a ViTModel; the class token of last_hidden_state is the feature. Inputs "
         "of other sides need interpolate_pos_encoding=True, which differs from the official interpolation.",
         "from transformers import ViTModel\nmodel = ViTModel.from_pretrained('PLACE', add_pooling_layer=False)\n"
         "features = model(pixels).last_hidden_state[:, 0]"},
        {"pth",
         "Loads with torch.load(weights_only=True); eval_knn.py and eval_linear.py of the official code take it as "
         "--pretrained_weights.",
         "import torch\nstate = torch.load('PLACE', weights_only=True)\nprint(list(state)[:3])"},
        {"checkpoint",
         "main_dino.py of the official code goes on from it as checkpoint.pth in its --output_dir, at the beginning of "
         "the epoch in work, with the same options; args holds them. Widths and depths that are no architecture of the "
         "official code have no option there.",
         "import torch\ncheckpoint = torch.load('PLACE', weights_only=True)\nprint(checkpoint['epoch'], "
         "checkpoint['args'])"},
        {"onnx",
         "Runs with onnxruntime and other engines that know opset 17. pixels: normalised with mean and std of "
         "the file's metadata.",
         "import onnxruntime\nsession = onnxruntime.InferenceSession('PLACE')\n"
         "features = session.run(['features'], {'pixels': pixels})[0]"},
        {"torchscript", "Runs with torch.jit.load, which runs what is in the file.",
         "import torch\nmodel = torch.jit.load('PLACE')\nfeatures = model(pixels)"},
        {"features", "Loads with NumPy; features.csv with any program that reads tables.",
         "import numpy\nfeatures = numpy.load('PLACE/features.npy')\nprint(features.shape)"},
        {"attention", "Pictures for any program.", ""},
        {"csv", "Loads with any program that reads tables.",
         "import pandas\npoints = pandas.read_csv('PLACE')\nprint(points[points.metric == 'loss'].tail())"},
        {"tensorboard", "Shown by TensorBoard.", "tensorboard --logdir PLACE"},
    };
    return table;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

const ExportFormat& formatOf(const ExportRequest& request) {
    if (const ExportFormat* format = findExportFormat(request.format))
        return *format;
    std::string names;
    for (const ExportFormat& format : exportFormats())
        names += (names.empty() ? "" : ", ") + format.id;
    throw EngineError(ErrorCode::badParameter, "train",
                      "There is no export format '" + request.format + "': choose one of " + names + ".");
}

std::string sizeText(const ExportedNetwork& network) {
    char text[48];
    std::snprintf(text, sizeof text, "%.1f M parameters", static_cast<double>(network.parameterCount()) / 1e6);
    return text;
}

ReadBack writeNetwork(const ExportedNetwork& network, const ExportRequest& request, const std::string& path) {
    if (request.format == "timm")
        return exportTimm(network, path);
    if (request.format == "huggingface")
        return exportHuggingFace(network, path);
    if (request.format == "pth")
        return exportPth(network, path);
    if (request.format == "onnx")
        return exportOnnx(network, {request.side, request.attention}, path);
    if (request.format == "torchscript")
        return exportTorchScript(network, path);
    return exportSafetensors(network, path);
}

/// What is no network.
ReadBack writeRun(const ExportSource& source, const ExportRequest& request, const std::string& path) {
    if (request.format == "checkpoint")
        return exportOfficialCheckpoint(officialCheckpoint(source), path);
    if (source.points.empty())
        throw EngineError(ErrorCode::notAllowed, "train",
                          source.name + " holds no curves: export them from a run that has trained.");
    if (request.format == "csv")
        return exportCurvesCsv(source.points, path);
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    return exportEvents(source.points, now - source.points.back().seconds, path);
}

void complete(ExportReport& report, const ExportRequest& request, const ExportPlace& place, ReadBack readBack) {
    place.commit();
    report.compared = std::move(readBack.compared);
    for (const std::string& file : readBack.files) {
        report.files.push_back(request.path + file.substr(place.draft().size()));
        std::error_code unknown;
        const std::uintmax_t bytes = fs::file_size(report.files.back(), unknown);
        report.bytes += unknown ? 0 : bytes;
    }
    const ExportFormat& format = formatOf(request);
    for (const Loading& loading : loadings())
        if (loading.format == request.format) {
            report.notes.insert(report.notes.begin(), loading.note);
            report.example = replaced(loading.example, kPlace, request.path);
        }
    if (!format.deprecated.empty())
        report.notes.push_back(format.deprecated);
}

/// The class token's feature of a fixed input, so that who loads the file can compare.
std::string featureNote(const ExportedNetwork& network) {
    torch::NoGradGuard noGrad;
    const std::int64_t side = network.usualSide(), channels = network.backbone->traits().channels;
    const torch::Tensor feature =
        network.backbone->forward(torch::full({1, channels, side, side}, 0.5f)).flatten().to(torch::kFloat64);
    char text[160];
    std::snprintf(
        text, sizeof text,
        "To compare: for pixels of 0.5 everywhere, 1 x %lld x %lld x %lld, the feature begins with %.5f and has "
        "the norm %.5f.",
        static_cast<long long>(channels), static_cast<long long>(side), static_cast<long long>(side),
        feature[0].item<double>(), feature.norm().item<double>());
    return text;
}

} // namespace

Slices<JobAnswer> exportFrom(ExportRequest request, std::shared_ptr<LiveRun> run, const EngineCatalog& catalog) {
    while (request.path.size() > 1 && request.path.ends_with('/'))
        request.path.pop_back();
    const ExportFormat& format = formatOf(request);
    if (request.head && !format.head)
        throw EngineError(ErrorCode::badParameter, "train",
                          "The format '" + format.id + "' has no place for the head: leave it out.");
    const ExportPlace place(request.path, format, request.replace);
    ExportSource source = openExportSource(request, run.get(), catalog);
    run.reset(); // a new run may be opened meanwhile
    WorkProgress progress{"Exporting", 0, 2};
    co_yield progress;
    ExportReport report;
    if (!format.network) {
        report.what = source.name;
        complete(report, request, place, writeRun(source, request, place.draft()));
        co_return report;
    }
    ExportedNetwork network = exportedNetwork(source, request);
    source.tensors.clear();
    report.what = network.what + ", backbone" + (network.head ? " and head" : "") + " of " + sizeText(network);
    ++progress.done;
    co_yield progress;
    if (!format.pictures) {
        report.notes.push_back(featureNote(network));
        complete(report, request, place, writeNetwork(network, request, place.draft()));
        co_return report;
    }
    Slices<PicturesExport> work = format.id == "features" ? exportFeatures(network, request, place.draft())
                                                          : exportAttention(network, request, place.draft());
    while (work.next())
        co_yield work.progress();
    PicturesExport pictures = work.take();
    report.notes = std::move(pictures.notes);
    complete(report, request, place, std::move(pictures.readBack));
    co_return report;
}

} // namespace dinoscope
