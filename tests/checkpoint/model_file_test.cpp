// SPDX-License-Identifier: GPL-3.0-or-later
// Files of networks that others wrote: the recorded checkpoints of the official code, and small ones made here.
#include "engine/checkpoint/file_contents.h"
#include "engine/checkpoint/model_file.h"
#include "engine/checkpoint/model_params.h"
#include "engine/support/check.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace dinoscope {
namespace {

std::string reference(const std::string& name) {
    const char* set = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    return (set ? std::string(set) : std::string(source ? source : ".") + "/../shared/reference") + "/" + name;
}

std::map<std::string, ParamValue> valuesOf(const ModelParams& params) {
    return {params.values.begin(), params.values.end()};
}

std::string sentenceOf(const std::string& path) {
    try {
        paramsOf(readModelFile(path));
    } catch (const EngineError& error) {
        return error.error().message;
    }
    return {};
}

/// A Vision Transformer of width 8 with one block, under names with `prefix`.
NamedTensors tinyTransformer(const std::string& prefix) {
    NamedTensors tensors;
    const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
        tensors.emplace_back(prefix + name, torch::zeros(shape));
    };
    add("cls_token", {1, 1, 8});
    add("pos_embed", {1, 5, 8});
    add("patch_embed.proj.weight", {8, 3, 4, 4});
    add("patch_embed.proj.bias", {8});
    for (const char* norm : {"blocks.0.norm1", "blocks.0.norm2", "norm"})
        for (const char* part : {".weight", ".bias"})
            add(std::string(norm) + part, {8});
    add("blocks.0.attn.qkv.weight", {24, 8});
    add("blocks.0.attn.qkv.bias", {24});
    add("blocks.0.attn.proj.weight", {8, 8});
    add("blocks.0.attn.proj.bias", {8});
    add("blocks.0.mlp.fc1.weight", {16, 8});
    add("blocks.0.mlp.fc1.bias", {16});
    add("blocks.0.mlp.fc2.weight", {8, 16});
    add("blocks.0.mlp.fc2.bias", {8});
    return tensors;
}

class RecordedCheckpoint : public ::testing::TestWithParam<const char*> {};

TEST_P(RecordedCheckpoint, HasTheRecordedTensorsBitForBit) {
    const ModelFile file = readModelFile(reference(std::string("vit-adamw/") + GetParam()));
    const NamedTensors recorded = readTensorFile(reference("vit-adamw/final.safetensors"));
    ASSERT_FALSE(recorded.empty());
    for (const auto& [name, tensor] : recorded) {
        const torch::Tensor own = file.find(name);
        ASSERT_TRUE(own.defined()) << name;
        EXPECT_EQ(own.scalar_type(), tensor.scalar_type()) << name;
        EXPECT_TRUE(torch::equal(own.reshape(tensor.sizes()), tensor)) << name;
    }
    EXPECT_EQ(file.epoch, 3);
    EXPECT_EQ(std::get<std::string>(file.args.at("arch")), "vit_tiny");
    EXPECT_EQ(std::get<std::vector<double>>(file.args.at("global_crops_scale")), (std::vector<double>{0.4, 1}));
    EXPECT_TRUE(file.notes.empty());
}

TEST_P(RecordedCheckpoint, HasTheOptimizersStateByName) {
    const ModelFile file = readModelFile(reference(std::string("vit-adamw/") + GetParam()));
    const torch::Tensor updates = file.find("optimizer.updates");
    ASSERT_TRUE(updates.defined());
    std::int64_t parameters = 0;
    for (const auto& [name, tensor] : file.state) {
        if (!name.starts_with("student.") || name.ends_with("last_layer.weight_g"))
            continue;
        ++parameters;
        for (const char* word : {"optimizer.exp_avg.", "optimizer.exp_avg_sq."}) {
            const torch::Tensor moment = file.find(word + name.substr(8));
            ASSERT_TRUE(moment.defined()) << word << name;
            EXPECT_EQ(moment.sizes(), tensor.sizes()) << name;
        }
    }
    EXPECT_EQ(updates.numel(), parameters);
    EXPECT_EQ(updates.max().item<std::int64_t>(), 12);
    EXPECT_EQ(updates.min().item<std::int64_t>(), 8) << "the last layer stood still for the first epoch of four steps";
}

TEST_P(RecordedCheckpoint, SaysHowToGoOn) {
    const ModelParams params = paramsOf(readModelFile(reference(std::string("vit-adamw/") + GetParam())));
    const auto values = valuesOf(params);
    EXPECT_EQ(values.at("backbone.width"), ParamValue(std::int64_t{48})) << "the tensors decide, not the name vit_tiny";
    EXPECT_EQ(values.at("backbone.depth"), ParamValue(std::int64_t{3}));
    EXPECT_EQ(values.at("backbone.image_size"), ParamValue(std::int64_t{32}));
    EXPECT_EQ(values.at("head.out_dim"), ParamValue(std::int64_t{512}));
    EXPECT_EQ(values.at("head.hidden_dim"), ParamValue(std::int64_t{96}));
    EXPECT_EQ(values.at("head.norm_last_layer"), ParamValue(true));
    EXPECT_EQ(values.at("optim.lr"), ParamValue(5e-4));
    EXPECT_EQ(values.at("run.batch_size"), ParamValue(std::int64_t{4}));
    EXPECT_EQ(values.at("augment.local_scale_min"), ParamValue(0.05));
    EXPECT_EQ(params.open, (std::vector<std::string>{"backbone.heads", "optim.epochs"}));
}

INSTANTIATE_TEST_SUITE_P(Containers, RecordedCheckpoint, ::testing::Values("checkpoint.pth", "checkpoint_legacy.pth"));

TEST(ModelFile, ABackboneAloneIsTheTeacher) {
    const ModelFile file = readModelFile(reference("vit-adamw/backbone_only.pth"));
    EXPECT_FALSE(file.has("student."));
    EXPECT_FALSE(file.has("teacher.head."));
    EXPECT_FALSE(file.epoch);
    const ModelFile full = readModelFile(reference("vit-adamw/checkpoint.pth"));
    for (const auto& [name, tensor] : file.state)
        EXPECT_TRUE(torch::equal(tensor, full.find(name))) << name;
    EXPECT_EQ(paramsOf(file).open, std::vector<std::string>{"backbone.heads"});
}

TEST(ModelFile, SafetensorsMayHaveOfficialNamesOrTimms) {
    const testing::ScratchFolder folder;
    NamedTensors timm = tinyTransformer("");
    timm.emplace_back("head.weight", torch::zeros({10, 8}));
    timm.emplace_back("head.bias", torch::zeros({10}));
    writeTensorFile(folder / "timm.safetensors", timm, {{"origin", "test"}});
    const ModelFile file = readModelFile(folder / "timm.safetensors");
    EXPECT_TRUE(file.find("teacher.backbone.cls_token").defined());
    EXPECT_FALSE(file.has("teacher.head")) << "a classifier is no projection head";
    ASSERT_EQ(file.notes.size(), 1U);
    EXPECT_NE(file.notes[0].find("head.weight, head.bias"), std::string::npos) << file.notes[0];
    EXPECT_EQ(optionText(file.facts.at("origin")), "test");
    writeTensorFile(folder / "official.safetensors", tinyTransformer("module.backbone."));
    EXPECT_TRUE(readModelFile(folder / "official.safetensors").find("teacher.backbone.norm.weight").defined());
    writeTensorFile(folder / "roles.safetensors", tinyTransformer("student.backbone."));
    EXPECT_TRUE(readModelFile(folder / "roles.safetensors").find("student.backbone.norm.weight").defined());
}

TEST(ModelFile, OurOwnTensorsAreReadAgain) {
    const ModelFile file = readModelFile(reference("vit-sgd-bnhead/final.safetensors"));
    const auto values = valuesOf(paramsOf(file));
    EXPECT_EQ(values.at("head.use_bn"), ParamValue(true));
    EXPECT_EQ(values.at("head.norm_last_layer"), ParamValue(false)) << "the gains have been trained";
    EXPECT_TRUE(file.find("center").defined());
}

TEST(ModelFile, HeadsAreThoseOfTheArchitectureOrHaveToBeGiven) {
    const testing::ScratchFolder folder;
    writeTensorFile(folder / "tiny.safetensors", tinyTransformer(""));
    const ModelFile file = readModelFile(folder / "tiny.safetensors");
    EXPECT_THROW(backboneOf(file, 0), EngineError);
    EXPECT_THROW(backboneOf(file, 3), EngineError) << "3 does not divide 8";
    const BackboneOptions options = backboneOf(file, 2);
    EXPECT_EQ(options.width, 8);
    EXPECT_EQ(options.depth, 1);
    EXPECT_EQ(options.imageSize, 8);
    EXPECT_EQ(options.mlpRatio, 2);
}

TEST(ModelFile, WhatIsNoNetworkEndsInASentence) {
    const testing::ScratchFolder folder;
    EXPECT_NE(sentenceOf(reference("loss/loss.safetensors")).find("no network"), std::string::npos);
    NamedTensors broken = tinyTransformer("");
    broken.erase(std::remove_if(broken.begin(), broken.end(), [](const auto& t) { return t.first == "pos_embed"; }),
                 broken.end());
    writeTensorFile(folder / "broken.safetensors", broken);
    EXPECT_NE(sentenceOf(folder / "broken.safetensors").find("pos_embed"), std::string::npos);
    writeTensorFile(folder / "other.safetensors",
                    {{"layer1.0.conv1.weight", torch::zeros({2, 2})}, {"conv1.weight", torch::zeros({64, 3, 7, 7})}});
    EXPECT_NE(sentenceOf(folder / "other.safetensors").find("1 0 0 0"), std::string::npos);
    writeTensorFile(folder / "odd.safetensors", {{"something.else", torch::zeros({2, 2})}});
    EXPECT_NE(sentenceOf(folder / "odd.safetensors").find("no network"), std::string::npos);
}

TEST(FileContents, ListsEverythingUnderTheFilesOwnNames) {
    const FileReport report = inspectFile(reference("vit-adamw/checkpoint.pth"));
    const auto has = [&](const std::string& name) {
        return std::any_of(report.tensors.begin(), report.tensors.end(),
                           [&](const FileTensor& tensor) { return tensor.name == name; });
    };
    EXPECT_TRUE(has("student.module.backbone.cls_token"));
    EXPECT_TRUE(has("optimizer.state.0.exp_avg"));
    EXPECT_TRUE(has("dino_loss.center"));
    EXPECT_EQ(report.open.size(), 2U);
    const FileReport other = inspectFile(reference("loss/loss.safetensors"));
    EXPECT_FALSE(other.tensors.empty());
    EXPECT_TRUE(other.params.empty());
    EXPECT_EQ(other.notes.size(), 1U);
}

} // namespace
} // namespace dinoscope
