// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/hugging_face.h"

#include "engine/backbones/backbone.h"
#include "engine/checkpoint/exported_network.h"

#include <nlohmann/json.hpp>

#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace dinoscope {
namespace {

using Json = nlohmann::ordered_json;

struct NamePair {
    std::string_view official, huggingFace;
};

constexpr std::array<NamePair, 6> kOutside{
    {{"cls_token", "embeddings.cls_token"},
     {"pos_embed", "embeddings.position_embeddings"},
     {"patch_embed.proj.weight", "embeddings.patch_embeddings.projection.weight"},
     {"patch_embed.proj.bias", "embeddings.patch_embeddings.projection.bias"},
     {"norm.weight", "layernorm.weight"},
     {"norm.bias", "layernorm.bias"}}};

/// Behind "blocks.N." and "encoder.layer.N.", before "weight" or "bias".
constexpr std::array<NamePair, 5> kInBlock{{{"norm1.", "layernorm_before."},
                                            {"norm2.", "layernorm_after."},
                                            {"attn.proj.", "attention.output.dense."},
                                            {"mlp.fc1.", "intermediate.dense."},
                                            {"mlp.fc2.", "output.dense."}}};
constexpr std::string_view kFused = "attn.qkv.";
constexpr std::array<std::string_view, 3> kParts{"attention.attention.query.", "attention.attention.key.",
                                                 "attention.attention.value."};
constexpr std::string_view kBlocks = "blocks.", kLayers = "encoder.layer.";

/// "7.attn.qkv.weight" into "7." and "attn.qkv.weight".
std::pair<std::string, std::string_view> numberAndRest(std::string_view name) {
    const std::size_t dot = name.find('.') + 1;
    return {std::string(name.substr(0, dot)), name.substr(dot)};
}

std::string joined(std::string_view a, const std::string& b, std::string_view c, std::string_view d) {
    return std::string(a).append(b).append(c).append(d);
}

} // namespace

NamedTensors toHuggingFace(const NamedTensors& official) {
    NamedTensors out;
    for (const auto& [name, tensor] : official) {
        for (const NamePair& pair : kOutside)
            if (name == pair.official)
                out.emplace_back(pair.huggingFace, tensor);
        if (!name.starts_with(kBlocks))
            continue;
        const auto [number, rest] = numberAndRest(std::string_view(name).substr(kBlocks.size()));
        for (const NamePair& pair : kInBlock)
            if (rest.starts_with(pair.official))
                out.emplace_back(joined(kLayers, number, pair.huggingFace, rest.substr(pair.official.size())), tensor);
        if (rest.starts_with(kFused)) {
            const auto parts = tensor.chunk(3, 0);
            for (std::size_t i = 0; i < kParts.size(); ++i)
                out.emplace_back(joined(kLayers, number, kParts[i], rest.substr(kFused.size())), parts[i]);
        }
    }
    return out;
}

NamedTensors fromHuggingFace(const NamedTensors& named) {
    NamedTensors out;
    std::map<std::string, std::array<torch::Tensor, 3>> fused;
    for (const auto& [name, tensor] : named) {
        for (const NamePair& pair : kOutside)
            if (name == pair.huggingFace)
                out.emplace_back(pair.official, tensor);
        if (!name.starts_with(kLayers))
            continue;
        const auto [number, rest] = numberAndRest(std::string_view(name).substr(kLayers.size()));
        for (const NamePair& pair : kInBlock)
            if (rest.starts_with(pair.huggingFace))
                out.emplace_back(joined(kBlocks, number, pair.official, rest.substr(pair.huggingFace.size())), tensor);
        for (std::size_t i = 0; i < kParts.size(); ++i)
            if (rest.starts_with(kParts[i]))
                fused[joined(kBlocks, number, kFused, rest.substr(kParts[i].size()))][i] = tensor;
    }
    for (const auto& [name, parts] : fused)
        if (parts[0].defined() && parts[1].defined() && parts[2].defined())
            out.emplace_back(name, torch::cat({parts[0], parts[1], parts[2]}, 0));
    return out;
}

std::string huggingFaceConfig(const ExportedNetwork& network) {
    const BackboneOptions& o = network.options;
    return Json{{"architectures", {"ViTModel"}},
                {"model_type", "vit"},
                {"hidden_size", o.width},
                {"num_hidden_layers", o.depth},
                {"num_attention_heads", o.heads},
                {"intermediate_size", static_cast<std::int64_t>(static_cast<double>(o.width) * o.mlpRatio)},
                {"hidden_act", "gelu"},
                {"hidden_dropout_prob", 0.0},
                {"attention_probs_dropout_prob", 0.0},
                {"layer_norm_eps", 1e-6},
                {"image_size", network.usualSide()},
                {"patch_size", o.patchSize},
                {"num_channels", network.backbone->traits().channels},
                {"qkv_bias", true},
                {"torch_dtype", "float32"}}
        .dump();
}

std::string huggingFacePreprocessor(const ExportedNetwork& network) {
    const std::int64_t side = network.usualSide();
    return Json{{"image_processor_type", "ViTImageProcessor"},
                {"do_resize", true},
                {"size", {{"height", side}, {"width", side}}},
                {"resample", 3}, // bicubic
                {"do_rescale", true},
                {"rescale_factor", 1.0 / 255},
                {"do_normalize", true},
                {"image_mean", network.mean},
                {"image_std", network.std}}
        .dump();
}

} // namespace dinoscope
