// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/checkpoint/exported_network.h"
#include "engine/checkpoint/hugging_face.h"
#include "engine/checkpoint/model_file.h"
#include "engine/checkpoint/onnx_network.h"
#include "engine/checkpoint/script_network.h"
#include "engine/support/check.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

namespace dinoscope {
namespace {

using testing::ScratchFolder;

/// A network with random weights; buffers of BatchNorm too, so that they matter.
ExportedNetwork network(const std::string& arch, bool head, bool batchNorm = false, std::int64_t layers = 3) {
    ExportedNetwork out;
    BackboneOptions options;
    options.arch = arch;
    if (!arch.starts_with("resnet")) {
        options.patchSize = 4;
        options.width = 24;
        options.depth = 2;
        options.heads = 3;
        options.imageSize = 16;
    }
    options.channels = 3;
    out.what = "a network";
    out.options = resolve(options);
    out.backbone = makeBackbone(out.options, false);
    out.mean = {0.5f, 0.5f, 0.5f};
    out.std = {0.25f, 0.25f, 0.25f};
    torch::Generator generator = makeGenerator(3);
    out.backbone->initialize(generator);
    if (head) {
        out.headOptions = {32, 20, 12, layers, batchNorm, true};
        out.head = std::make_shared<DinoHead>(out.backbone->traits().width, out.headOptions);
        out.head->initialize(generator);
        out.head->eval();
    }
    torch::NoGradGuard noGrad;
    for (auto& [name, tensor] : out.state())
        if (name.ends_with("running_mean") || name.ends_with("bias"))
            tensor.normal_(0, 0.1, generator);
        else if (name.ends_with("running_var"))
            tensor.uniform_(0.5, 1.5, generator);
    out.backbone->eval();
    return out;
}

class EveryNetwork : public ::testing::TestWithParam<std::tuple<const char*, bool, bool, int>> {
protected:
    ExportedNetwork net() const {
        const auto [arch, head, batchNorm, layers] = GetParam();
        return network(arch, head, batchNorm, layers);
    }
    ScratchFolder folder_;
    std::string at(const char* name) const { return (folder_.path() / name).string(); }
};

TEST_P(EveryNetwork, LeavesInEveryForm) {
    const ExportedNetwork net = this->net();
    const std::string none;
    EXPECT_FALSE(exportSafetensors(net, at("a.safetensors")).compared.empty());
    EXPECT_FALSE(exportPth(net, at("a.pth")).compared.empty());
    EXPECT_EQ(exportTimm(net, at("timm")).files.size(), 2U);
    EXPECT_FALSE(exportTorchScript(net, at("a.pt")).compared.empty());
    EXPECT_FALSE(exportOnnx(net, {0, net.backbone->traits().hasAttention}, at("a.onnx")).compared.empty());
    EXPECT_FALSE(exportOnnx(net, {32, false}, at("fixed.onnx")).compared.empty());
    if (net.backbone->traits().hasAttention)
        EXPECT_EQ(exportHuggingFace(net, at("hf")).files.size(), 3U);
    else
        EXPECT_THROW(exportHuggingFace(net, at("hf")), EngineError);
}

TEST_P(EveryNetwork, AGraphComputesWhatTheNetworkDoes) {
    torch::NoGradGuard noGrad;
    const ExportedNetwork net = this->net();
    torch::Generator generator = makeGenerator(5);
    const OnnxGraph graph = onnxGraphOf(net, {});
    for (const auto& [height, width] : {std::pair(16, 16), std::pair(20, 12), std::pair(16, 17), std::pair(33, 40)}) {
        const torch::Tensor pixels = torch::randn({2, 3, height, width}, generator);
        const torch::Tensor wanted = net.backbone->forward(pixels);
        const torch::Tensor found = runOnnx(graph, {pixels}).front();
        ASSERT_EQ(found.sizes(), wanted.sizes());
        EXPECT_LT((found - wanted).abs().max().item<double>(), 1e-5 * wanted.abs().max().item<double>())
            << height << " x " << width;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Export, EveryNetwork,
    ::testing::Values(std::tuple("vit_tiny", false, false, 3), std::tuple("vit_tiny", true, false, 3),
                      std::tuple("vit_tiny", true, true, 2), std::tuple("vit_tiny", true, false, 1),
                      std::tuple("resnet18", true, false, 3), std::tuple("resnet50", false, false, 3)));

TEST(Export, AnyOtherWeightIsNoticedWhenTheFileIsReadAgain) {
    const ExportedNetwork net = network("vit_tiny", false);
    NamedTensors found;
    for (const auto& [name, tensor] : net.backboneState())
        found.emplace_back(name, tensor.clone());
    checkSameTensors(net.backboneState(), found, "some.file");
    for (auto& [name, tensor] : found) {
        const torch::Tensor before = tensor.clone();
        tensor.flatten()[0] += 1e-3;
        EXPECT_THROW(checkSameTensors(net.backboneState(), found, "some.file"), EngineError) << name;
        tensor.copy_(before);
    }
    found.pop_back();
    EXPECT_THROW(checkSameTensors(net.backboneState(), found, "some.file"), EngineError);
}

TEST(Export, TheRunOfAGraphSeesAnotherConstant) {
    torch::NoGradGuard noGrad;
    const ExportedNetwork net = network("vit_tiny", false);
    torch::Generator generator = makeGenerator(5);
    const torch::Tensor pixels = torch::randn({1, 3, 24, 24}, generator), wanted = net.backbone->forward(pixels);
    const auto differs = [&](const OnnxGraph& graph) {
        return (runOnnx(graph, {pixels}).front() - wanted).abs().max().item<double>() > 1e-4;
    };
    EXPECT_FALSE(differs(onnxGraphOf(net, {})));
    for (const char* op : {"LayerNormalization", "Softmax", "Erf"}) {
        OnnxGraph graph = onnxGraphOf(net, {});
        for (OnnxNode& node : graph.nodes)
            if (node.op == op) {
                if (node.attributes.contains("epsilon"))
                    node.attributes["epsilon"] = 0.1f;
                else if (op == std::string("Softmax"))
                    node.attributes["axis"] = std::int64_t{2};
                else
                    node.op = "Relu";
                break;
            }
        EXPECT_TRUE(differs(graph)) << op;
    }
}

TEST(Export, HuggingFacesNamesLoseNothing) {
    const ExportedNetwork net = network("vit_tiny", false);
    const NamedTensors theirs = toHuggingFace(net.backboneState());
    std::set<std::string> names;
    for (const auto& [name, tensor] : theirs)
        names.insert(name);
    EXPECT_EQ(names.size(), net.backboneState().size() + 2 * 2 * 2) << "two more layers a block, with weight and bias";
    EXPECT_TRUE(names.contains("encoder.layer.1.attention.attention.value.bias"));
    EXPECT_TRUE(names.contains("encoder.layer.0.intermediate.dense.weight"));
    EXPECT_TRUE(names.contains("embeddings.patch_embeddings.projection.weight"));
    checkSameTensors(net.backboneState(), fromHuggingFace(theirs), "hf");
}

TEST(Export, WhatAFormHasNoPlaceForIsSaid) {
    const ScratchFolder folder;
    const std::string path = (folder.path() / "a.onnx").string();
    EXPECT_THROW(exportOnnx(network("resnet18", false), {0, true}, path), EngineError);
    EXPECT_THROW(exportOnnx(network("vit_tiny", false), {3, false}, path), EngineError);
    EXPECT_THROW(exportSafetensors(network("vit_tiny", false), "/nowhere/a.safetensors"), EngineError);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

} // namespace
} // namespace dinoscope
