// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/model_params.h"

#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace dinoscope {
namespace {

[[noreturn]] void badNetwork(const ModelFile& file, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "checkpoint",
                      "'" + file.path + "' holds no network that can be built: " + what);
}

/// The tensors of one network; the teacher's if there is one.
class NetworkTensors {
public:
    explicit NetworkTensors(const ModelFile& file)
        : file_(file), role_(file.has("teacher.backbone.") ? "teacher." : "student.") {}

    torch::Tensor find(const std::string& name) const { return file_.find(role_ + name); }
    bool has(const std::string& prefix) const { return file_.has(role_ + prefix); }
    /// @throws EngineError(badInput) without it, or with another number of dimensions.
    torch::Tensor at(const std::string& name, std::int64_t dimensions) const {
        torch::Tensor tensor = find(name);
        if (!tensor.defined() || tensor.dim() != dimensions)
            badNetwork(file_,
                       "the tensor " + name + " is missing or has not " + std::to_string(dimensions) + " dimensions.");
        return tensor;
    }
    /// Number of members "prefix0.", "prefix1.", ...
    std::int64_t count(const std::string& prefix) const {
        std::int64_t n = 0;
        while (has(prefix + std::to_string(n) + "."))
            ++n;
        return n;
    }

private:
    const ModelFile& file_;
    std::string role_;
};

BackboneOptions residualNetwork(const ModelFile& file, const NetworkTensors& tensors) {
    std::string units;
    for (int stage = 1; stage <= 4; ++stage)
        units.append(std::to_string(tensors.count("backbone.layer" + std::to_string(stage) + "."))).append(" ");
    const bool bottleneck = tensors.has("backbone.layer1.0.conv3.");
    BackboneOptions options;
    options.channels = tensors.at("backbone.conv1.weight", 4).size(1);
    if (units == "2 2 2 2 " && !bottleneck)
        options.arch = "resnet18";
    else if (units == "3 4 6 3 ")
        options.arch = bottleneck ? "resnet50" : "resnet34";
    else if (units == "3 4 23 3 " && bottleneck)
        options.arch = "resnet101";
    else
        badNetwork(file, "a ResNet with stages of " + units + "units is none of ResNet-18, -34, -50 and -101.");
    return options;
}

/// `heads` stays 0 where no architecture has this width and depth.
BackboneOptions transformer(const ModelFile& file, const NetworkTensors& tensors) {
    BackboneOptions options;
    const torch::Tensor patch = tensors.at("backbone.patch_embed.proj.weight", 4);
    options.width = patch.size(0);
    options.channels = patch.size(1);
    options.patchSize = patch.size(2);
    options.depth = tensors.count("backbone.blocks.");
    const std::int64_t patches = tensors.at("backbone.pos_embed", 3).size(1) - 1;
    const auto side =
        static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(std::max<std::int64_t>(0, patches)))));
    if (options.depth < 1 || patches < 1 || side * side != patches || patch.size(2) != patch.size(3))
        badNetwork(file, "its patches or its table of positions are not square, or it has no block.");
    options.imageSize = side * options.patchSize;
    options.mlpRatio = static_cast<double>(tensors.at("backbone.blocks.0.mlp.fc1.weight", 2).size(0)) /
                       static_cast<double>(options.width);
    for (const BackboneInfo& info : backboneList())
        if (!info.convolutional && info.sameAs.empty() && info.width == options.width && info.depth == options.depth) {
            options.arch = info.id;
            options.heads = info.heads;
            return options;
        }
    options.arch = "vit_small";
    return options;
}

BackboneOptions readBackbone(const ModelFile& file) {
    const NetworkTensors tensors(file);
    if (tensors.find("backbone.conv1.weight").defined())
        return residualNetwork(file, tensors);
    return transformer(file, tensors);
}

void addHead(const ModelFile& file, ModelParams& out) {
    const NetworkTensors tensors(file);
    const torch::Tensor direction = tensors.find("head.last_layer.weight_v");
    if (!direction.defined() || direction.dim() != 2)
        return;
    const bool lone = tensors.find("head.mlp.weight").defined();
    std::int64_t layers = lone ? 1 : 0, hidden = 0;
    for (std::int64_t i = 0; i < 64 && !lone; ++i)
        if (const torch::Tensor weight = tensors.find("head.mlp." + std::to_string(i) + ".weight");
            weight.defined() && weight.dim() == 2) {
            hidden = ++layers == 1 ? weight.size(0) : hidden;
        }
    if (layers < 1)
        badNetwork(file, "its head has no linear layer.");
    out.values.emplace_back("head.out_dim", direction.size(0));
    out.values.emplace_back("head.bottleneck_dim", direction.size(1));
    out.values.emplace_back("head.layers", layers);
    if (layers > 1)
        out.values.emplace_back("head.hidden_dim", hidden);
    out.values.emplace_back("head.use_bn", tensors.find("head.mlp.1.running_mean").defined());
    const torch::Tensor gain = file.find("student.head.last_layer.weight_g");
    if (!file.args.contains("norm_last_layer") && gain.defined())
        out.values.emplace_back("head.norm_last_layer", gain.eq(1).all().item<bool>());
}

struct OfficialOption {
    const char* name; ///< of main_dino.py
    const char* id;
};

constexpr OfficialOption kOfficial[] = {{"norm_last_layer", "head.norm_last_layer"},
                                        {"momentum_teacher", "optim.momentum_teacher"},
                                        {"warmup_teacher_temp", "loss.warmup_teacher_temperature"},
                                        {"teacher_temp", "loss.teacher_temperature"},
                                        {"warmup_teacher_temp_epochs", "loss.warmup_teacher_temperature_epochs"},
                                        {"weight_decay", "optim.weight_decay"},
                                        {"weight_decay_end", "optim.weight_decay_end"},
                                        {"clip_grad", "optim.clip_grad"},
                                        {"batch_size_per_gpu", "run.batch_size"},
                                        {"epochs", "optim.epochs"},
                                        {"freeze_last_layer", "optim.freeze_last_layer"},
                                        {"lr", "optim.lr"},
                                        {"warmup_epochs", "optim.warmup_epochs"},
                                        {"min_lr", "optim.min_lr"},
                                        {"optimizer", "optim.optimizer"},
                                        {"drop_path_rate", "backbone.drop_path_rate"},
                                        {"local_crops_number", "augment.local_crops"},
                                        {"seed", "run.seed"}};

std::optional<ParamValue> paramValue(const OptionValue& option) {
    if (const auto* flag = std::get_if<bool>(&option))
        return ParamValue(*flag);
    if (const auto* whole = std::get_if<std::int64_t>(&option))
        return ParamValue(*whole);
    if (const auto* real = std::get_if<double>(&option))
        return ParamValue(*real);
    if (const auto* text = std::get_if<std::string>(&option))
        return ParamValue(*text);
    return std::nullopt;
}

void addOptions(const ModelFile& file, ModelParams& out) {
    for (const OfficialOption& official : kOfficial)
        if (const auto found = file.args.find(official.name); found != file.args.end())
            if (const auto value = paramValue(found->second))
                out.values.emplace_back(official.id, *value);
    for (const char* which : {"global", "local"})
        if (const auto found = file.args.find(std::string(which) + "_crops_scale"); found != file.args.end())
            if (const auto* scale = std::get_if<std::vector<double>>(&found->second); scale && scale->size() == 2) {
                out.values.emplace_back(std::string("augment.").append(which).append("_scale_min"), scale->front());
                out.values.emplace_back(std::string("augment.").append(which).append("_scale_max"), scale->back());
            }
    const auto planned = file.args.find("epochs");
    const auto* epochs = planned == file.args.end() ? nullptr : std::get_if<std::int64_t>(&planned->second);
    if (file.epoch && (!epochs || *epochs <= *file.epoch))
        out.open.emplace_back("optim.epochs");
}

} // namespace

ModelParams paramsOf(const ModelFile& file) {
    const BackboneOptions backbone = readBackbone(file);
    ModelParams params;
    params.values.emplace_back("backbone.arch", backbone.arch);
    params.values.emplace_back("backbone.channels", backbone.channels);
    if (!findBackbone(backbone.arch).convolutional) {
        params.values.emplace_back("backbone.patch_size", backbone.patchSize);
        params.values.emplace_back("backbone.width", backbone.width);
        params.values.emplace_back("backbone.depth", backbone.depth);
        params.values.emplace_back("backbone.image_size", backbone.imageSize);
        params.values.emplace_back("backbone.mlp_ratio", backbone.mlpRatio);
        if (backbone.heads > 0)
            params.values.emplace_back("backbone.heads", backbone.heads);
        else
            params.open.emplace_back("backbone.heads");
    }
    addHead(file, params);
    addOptions(file, params);
    return params;
}

BackboneOptions backboneOf(const ModelFile& file, std::int64_t heads) {
    BackboneOptions options = readBackbone(file);
    if (heads > 0)
        options.heads = heads;
    if (options.heads < 1 && !findBackbone(options.arch).convolutional)
        throw EngineError(ErrorCode::badParameter, "checkpoint",
                          "'" + file.path + "' does not say how many attention heads its network of width " +
                              std::to_string(options.width) + " has: give them with --heads.");
    return resolve(options);
}

} // namespace dinoscope
