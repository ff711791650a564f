// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"
#include "engine/backbones/backbone_options.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dinoscope {
namespace {

BackboneOptions named(const std::string& arch, std::int64_t patch = 16) {
    BackboneOptions options;
    options.arch = arch;
    options.patchSize = patch;
    return options;
}

std::int64_t parameterCount(const Backbone& backbone) {
    std::int64_t count = 0;
    for (const torch::Tensor& parameter : backbone.parameters())
        count += parameter.numel();
    return count;
}

std::set<std::string> namesOf(const Backbone& backbone) {
    std::set<std::string> names;
    for (const auto& item : backbone.named_parameters())
        names.insert(item.key());
    for (const auto& item : backbone.named_buffers())
        names.insert(item.key());
    return names;
}

TEST(Backbones, TransformersHaveTheOfficialSizes) {
    for (const std::string family : {"vit_", "deit_"}) {
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "tiny"), true)), 5524416);
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "tiny", 8), true)), 5526720);
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "small"), true)), 21665664);
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "small", 8), true)), 21670272);
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "base"), true)), 85798656);
        EXPECT_EQ(parameterCount(*makeBackbone(named(family + "base", 8), true)), 85807872);
    }
}

TEST(Backbones, ResNetsHaveTheUsualSizesWithoutClassifier) {
    struct Row {
        const char* arch;
        std::int64_t parameters, tensors, width;
    };
    // torchvision's counts less the classifier's: 1000 (width + 1) values in two tensors.
    for (const Row& row :
         {Row{"resnet18", 11689512 - 513000, 122 - 2, 512}, Row{"resnet34", 21797672 - 513000, 218 - 2, 512},
          Row{"resnet50", 25557032 - 2049000, 320 - 2, 2048}, Row{"resnet101", 44549160 - 2049000, 626 - 2, 2048}}) {
        const auto backbone = makeBackbone(named(row.arch), true);
        EXPECT_EQ(parameterCount(*backbone), row.parameters) << row.arch;
        EXPECT_EQ(static_cast<std::int64_t>(namesOf(*backbone).size()), row.tensors) << row.arch;
        EXPECT_EQ(backbone->traits().width, row.width);
    }
}

TEST(Backbones, TransformersUseTheOfficialNames) {
    BackboneOptions options = named("vit_small", 8);
    options.width = 12;
    options.depth = 1;
    options.heads = 3;
    options.imageSize = 24;
    std::set<std::string> expected{"cls_token", "pos_embed"};
    for (const char* place : {"patch_embed.proj", "blocks.0.norm1", "blocks.0.attn.qkv", "blocks.0.attn.proj",
                              "blocks.0.norm2", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2", "norm"})
        for (const char* end : {".weight", ".bias"})
            expected.insert(std::string(place) + end);
    const auto backbone = makeBackbone(options, true);
    EXPECT_EQ(namesOf(*backbone), expected);
    EXPECT_EQ(backbone->named_parameters()["pos_embed"].sizes(), (torch::IntArrayRef{1, 10, 12}));
    EXPECT_EQ(backbone->named_parameters()["patch_embed.proj.weight"].sizes(), (torch::IntArrayRef{12, 3, 8, 8}));
}

TEST(Backbones, ResNetsUseTheUsualNames) {
    const auto plain = namesOf(*makeBackbone(named("resnet18"), true));
    for (const char* name :
         {"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked",
          "layer1.0.conv1.weight", "layer1.1.bn2.bias", "layer2.0.downsample.0.weight",
          "layer2.0.downsample.1.running_var", "layer4.1.bn2.weight"})
        EXPECT_EQ(plain.count(name), 1u) << name;
    EXPECT_EQ(plain.count("layer1.0.downsample.0.weight"), 0u);
    EXPECT_EQ(plain.count("layer1.0.conv3.weight"), 0u);
    const auto deep = makeBackbone(named("resnet50"), true);
    const auto names = namesOf(*deep);
    for (const char* name : {"layer1.0.downsample.0.weight", "layer3.5.conv3.weight", "layer4.2.bn3.bias"})
        EXPECT_EQ(names.count(name), 1u) << name;
    EXPECT_EQ(names.count("layer2.1.downsample.0.weight"), 0u);
    EXPECT_EQ(deep->named_parameters()["layer2.0.conv2.weight"].sizes(), (torch::IntArrayRef{128, 128, 3, 3}));
}

TEST(Backbones, BottlenecksStrideInTheMiddle) {
    const auto backbone = makeBackbone(named("resnet50"), true);
    backbone->eval();
    const auto maps = backbone->intermediate(torch::randn({1, 3, 64, 96}), 4);
    ASSERT_EQ(maps.size(), 4u);
    EXPECT_EQ(maps[0].sizes(), (torch::IntArrayRef{1, 16 * 24, 256}));
    EXPECT_EQ(maps[3].sizes(), (torch::IntArrayRef{1, 2 * 3, 2048}));
}

TEST(Backbones, RefuseWhatDoesNotFit) {
    EXPECT_THROW(findBackbone("vit_huge"), EngineError);
    BackboneOptions odd = named("vit_tiny");
    odd.heads = 5;
    EXPECT_THROW(makeBackbone(odd, true), EngineError);
    EXPECT_THROW(makeBackbone(named("vit_micro", 32), true), EngineError);
    EXPECT_THROW(makeBackbone(named("resnet18"), true)->attention(torch::zeros({1, 3, 32, 32}), 0, AttentionRows::all),
                 EngineError);
}

} // namespace
} // namespace dinoscope
