// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/exported_network.h"

#include "engine/backbones/backbone.h"
#include "engine/checkpoint/hugging_face.h"
#include "engine/checkpoint/model_file.h"
#include "engine/formats/pth_file.h"
#include "engine/formats/pth_writer.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <nlohmann/json.hpp>

#include <map>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kUsualSide = 224;
constexpr const char* kEqual = "Read again: every tensor is equal to the bit.";

NamedTensors prefixed(const NamedTensors& tensors, const std::string& prefix) {
    NamedTensors out;
    for (const auto& [name, tensor] : tensors)
        out.emplace_back(prefix + name, tensor);
    return out;
}

/// Without their data; the copy owns the bytes.
PthMap mapOf(const HostCopy& copy) {
    PthMap map;
    for (const TensorView& view : copy.views)
        map.emplace_back(view.name, view);
    return map;
}

std::map<std::string, std::string> notesOf(const ExportedNetwork& network) {
    return {{"format", "pt"}, {"what", network.what}, {"writer", "Dinoscope"}};
}

/// What a folder for timm says of a network; its own names for the architectures.
Json timmConfig(const ExportedNetwork& network) {
    const BackboneOptions& o = network.options;
    const bool convolutional = findBackbone(o.arch).convolutional;
    const std::int64_t side = network.usualSide();
    Json config{{"architecture", convolutional ? o.arch : "vit_small_patch16_224"},
                {"num_classes", 0},
                {"num_features", network.backbone->traits().width},
                {"pretrained_cfg",
                 {{"num_classes", 0},
                  {"input_size", {network.backbone->traits().channels, side, side}},
                  {"interpolation", "bicubic"},
                  {"crop_pct", 0.875},
                  {"mean", network.mean},
                  {"std", network.std},
                  {"first_conv", convolutional ? "conv1" : "patch_embed.proj"},
                  {"classifier", convolutional ? "fc" : "head"}}}};
    if (network.backbone->traits().channels != 3)
        config["model_args"]["in_chans"] = network.backbone->traits().channels;
    if (!convolutional)
        config["model_args"].update({{"img_size", side},
                                     {"patch_size", o.patchSize},
                                     {"embed_dim", o.width},
                                     {"depth", o.depth},
                                     {"num_heads", o.heads},
                                     {"mlp_ratio", o.mlpRatio},
                                     {"dynamic_img_size", true}});
    return config;
}

void writeJson(const std::string& path, const Json& json) { replaceFile(path, json.dump(2) + "\n"); }

} // namespace

NamedTensors stateOf(const torch::nn::Module& module) {
    NamedTensors out;
    for (const auto& item : module.named_parameters())
        out.emplace_back(item.key(), item.value().detach());
    for (const auto& item : module.named_buffers())
        out.emplace_back(item.key(), item.value());
    return out;
}

NamedTensors ExportedNetwork::backboneState() const { return stateOf(*backbone); }

NamedTensors ExportedNetwork::headState() const { return head ? stateOf(*head) : NamedTensors(); }

NamedTensors ExportedNetwork::state() const {
    NamedTensors out = prefixed(backboneState(), "backbone.");
    for (auto& item : prefixed(headState(), "head."))
        out.push_back(std::move(item));
    return out;
}

std::int64_t ExportedNetwork::parameterCount() const {
    std::int64_t count = 0;
    for (const torch::Tensor& tensor : backbone->parameters())
        count += tensor.numel();
    if (head)
        for (const torch::Tensor& tensor : head->parameters())
            count += tensor.numel();
    return count;
}

std::int64_t ExportedNetwork::usualSide() const {
    const std::int64_t side = backbone->traits().imageSize;
    return side > 0 ? side : kUsualSide;
}

void checkSameTensors(const NamedTensors& wanted, const NamedTensors& found, const std::string& path) {
    std::map<std::string, torch::Tensor> given(found.begin(), found.end());
    for (const auto& [name, tensor] : wanted) {
        const auto place = given.find(name);
        const torch::Tensor host = tensor.to(torch::kCPU);
        if (place == given.end() || place->second.scalar_type() != host.scalar_type() ||
            place->second.numel() != host.numel() || !torch::equal(place->second.reshape(host.sizes()), host))
            throw EngineError(ErrorCode::io, "checkpoint",
                              "'" + path + "' does not hold what was written: the tensor " + name +
                                  " differs. Export it again, to another disk if this happens again.");
    }
}

ReadBack exportSafetensors(const ExportedNetwork& network, const std::string& path) {
    const NamedTensors tensors = network.head ? network.state() : network.backboneState();
    writeTensorFile(path, tensors, notesOf(network));
    checkSameTensors(tensors, readTensorFile(path), path);
    return {kEqual, {path}};
}

ReadBack exportPth(const ExportedNetwork& network, const std::string& path) {
    const HostCopy copy = copyToHost(network.head ? network.state() : network.backboneState());
    PthMap root = mapOf(copy);
    if (network.head)
        root = PthMap{{"teacher", std::move(root)}};
    writePth(path, PthValue(std::move(root)));
    checkSameTensors(prefixed(network.state(), "teacher."), readModelFile(path).state, path);
    return {kEqual, {path}};
}

ReadBack exportTimm(const ExportedNetwork& network, const std::string& folder) {
    makeFolders(folder);
    const std::string model = folder + "/model.safetensors", config = folder + "/config.json";
    const NamedTensors tensors = network.backboneState();
    writeTensorFile(model, tensors, notesOf(network));
    writeJson(config, timmConfig(network));
    checkSameTensors(tensors, readTensorFile(model), model);
    return {kEqual, {model, config}};
}

ReadBack exportHuggingFace(const ExportedNetwork& network, const std::string& folder) {
    if (findBackbone(network.options.arch).convolutional)
        throw EngineError(ErrorCode::notAllowed, "checkpoint",
                          "A folder for ViTModel of transformers holds a Vision Transformer, and this network is a "
                          "ResNet: choose timm or safetensors, whose names it has.");
    makeFolders(folder);
    const std::string model = folder + "/model.safetensors", config = folder + "/config.json";
    const std::string preprocessor = folder + "/preprocessor_config.json";
    writeTensorFile(model, toHuggingFace(network.backboneState()), notesOf(network));
    writeJson(config, Json::parse(huggingFaceConfig(network)));
    writeJson(preprocessor, Json::parse(huggingFacePreprocessor(network)));
    checkSameTensors(network.backboneState(), fromHuggingFace(readTensorFile(model)), model);
    return {"Read again and put back under official names: every tensor is equal to the bit.",
            {model, config, preprocessor}};
}

} // namespace dinoscope
