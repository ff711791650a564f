// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/exports.h"

#include <algorithm>

namespace dinoscope {
namespace {

std::vector<ExportFormat> makeFormats() {
    ExportFormat safetensors{"safetensors", "safetensors, official names",
                             "Tensors under the names of the official code; nothing in such a file is ever run.",
                             ".safetensors"};
    safetensors.network = safetensors.head = true;
    ExportFormat timm{"timm", "timm model folder", "Backbone as a folder that timm.create_model loads.", ""};
    timm.network = true;
    ExportFormat huggingFace{"huggingface", "Hugging Face model folder",
                             "Backbone as a folder that ViTModel.from_pretrained of transformers loads.", ""};
    huggingFace.network = true;
    ExportFormat pth{"pth", "PyTorch .pth",
                     "State dict for torch.load(weights_only=True) and the official evaluation scripts.", ".pth"};
    pth.network = pth.head = true;
    ExportFormat checkpoint{
        "checkpoint", "Official checkpoint.pth",
        "Both networks, optimiser, centre and epoch. The official code goes on from it at the beginning "
        "of the epoch in work.",
        ".pth"};
    checkpoint.needsRun = true;
    ExportFormat onnx{"onnx", "ONNX",
                      "Backbone as a graph of opset 17 for onnxruntime and other engines; the batch may have any size.",
                      ".onnx"};
    onnx.network = onnx.head = onnx.side = onnx.attention = true;
    ExportFormat torchScript{"torchscript", "TorchScript", "Backbone as a program that torch.jit.load runs.", ".pt"};
    torchScript.network = torchScript.head = true;
    torchScript.deprecated =
        "PyTorch no longer develops TorchScript and treats such files as foreign code; prefer safetensors or ONNX.";
    ExportFormat features{"features", "Features of pictures",
                          "One row of features a picture, as features.npy and features.csv.", ""};
    features.network = features.pictures = true;
    ExportFormat csv{"csv", "Curves as CSV", "Every point of every curve: metric, step, value, seconds.", ".csv"};
    csv.needsRun = true;
    ExportFormat events{"tensorboard", "Curves as TensorBoard events", "A folder with an event file of every point.",
                        ""};
    events.needsRun = true;
    ExportFormat figures{
        "attention", "Attention figures",
        "One picture file for each picture: the picture, the mean attention of the last block and that of each head.",
        ""};
    figures.network = figures.pictures = figures.side = true;
    return {safetensors, timm, huggingFace, pth, checkpoint, onnx, torchScript, features, figures, csv, events};
}

} // namespace

const std::vector<ExportFormat>& exportFormats() {
    static const std::vector<ExportFormat> formats = makeFormats();
    return formats;
}

const ExportFormat* findExportFormat(std::string_view id) {
    const auto& formats = exportFormats();
    const auto found = std::find_if(formats.begin(), formats.end(), [&](const ExportFormat& f) { return f.id == id; });
    return found == formats.end() ? nullptr : &*found;
}

} // namespace dinoscope
