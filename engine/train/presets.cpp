// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/presets.h"

#include <string>
#include <utility>

namespace dinoscope {
namespace {

using Values = std::vector<std::pair<std::string, ParamValue>>;

constexpr std::int64_t operator""_i(unsigned long long value) { return static_cast<std::int64_t>(value); }

Values with(Values values, const Values& changes) {
    values.insert(values.end(), changes.begin(), changes.end());
    return values;
}

/// A network that a few processors train, in runs of a few thousand steps.
Values smallNetworkValues() {
    return {{"run.batch_size", 64_i},        {"backbone.arch", "vit_micro"},   {"backbone.drop_path_rate", 0.0},
            {"head.out_dim", 1024_i},        {"head.hidden_dim", 256_i},       {"head.bottleneck_dim", 64_i},
            {"head.use_bn", true},           {"optim.min_lr", 1e-5},           {"optim.warmup_epochs", 0_i},
            {"optim.warmup_steps", 40_i},    {"optim.freeze_last_layer", 0_i}, {"optim.weight_decay", 0.04},
            {"optim.weight_decay_end", 0.1}, {"optim.momentum_teacher", 0.99}, {"augment.local_crops", 4_i},
            {"augment.local_scale_min", 0.1}};
}

/// For 28-pixel grey pictures on two processors: found by trying, see the README for what it reaches.
Values demoValues() {
    return with(smallNetworkValues(), {{"backbone.patch_size", 7_i},
                                       {"optim.lr", 4e-3},
                                       {"optim.epochs", 3_i},
                                       {"loss.teacher_temperature", 0.025},
                                       {"loss.warmup_teacher_temperature", 0.025},
                                       {"loss.center_momentum", 0.9},
                                       {"augment.global_size", 28_i},
                                       {"augment.local_size", 14_i},
                                       {"augment.resample", "bilinear"},
                                       {"augment.blur_kind", "3x3"},
                                       {"augment.blur_global1", 0.2},
                                       {"augment.blur_global2", 0.2},
                                       {"augment.blur_local", 0.1},
                                       {"augment.solarize", 0.1},
                                       {"augment.mean", "0.286"},
                                       {"augment.std", "0.353"}});
}

/// For folders of colour pictures on a few processors: views of 64 pixels, made from JPEG files that are decoded at a
/// part of their size.
Values ownPicturesValues() {
    return with(smallNetworkValues(), {{"backbone.patch_size", 8_i},
                                       {"optim.lr", 2e-3},
                                       {"optim.epochs", 100_i},
                                       {"loss.teacher_temperature", 0.04},
                                       {"loss.warmup_teacher_temperature", 0.04},
                                       {"augment.global_size", 64_i},
                                       {"augment.local_size", 32_i},
                                       {"augment.blur_radius_max", 1.0},
                                       {"augment.mode", "fast"}});
}

Preset official(const std::string& arch, const std::string& label, std::int64_t patch) {
    const std::string size = std::to_string(patch);
    return {arch + "_" + size,
            label + ", patch " + size,
            "The official options for " + label + " with patches of " + size +
                " pixels. Made for large colour pictures and a graphics card.",
            {{"backbone.arch", arch}, {"backbone.patch_size", patch}}};
}

/// What the recipes of ResNet-50 have in common (dino, README; options of the released network).
Values resnetValues() {
    return {{"backbone.arch", "resnet50"},
            {"augment.global_scale_min", 0.14},
            {"augment.local_scale_min", 0.05},
            {"augment.local_scale_max", 0.14}};
}

} // namespace

const std::vector<Preset>& presetList() {
    static const std::vector<Preset> list{
        {"fashion-mnist-demo", "Fashion-MNIST demo",
         "60,000 pictures of clothes, a small transformer, two processors: the teacher learns visibly within two "
         "minutes.",
         demoValues()},
        {"own-pictures", "Own pictures, small views",
         "A folder of your own: a small transformer on colour views of 64 pixels, fast enough for two processors. JPEG "
         "files are decoded at a part of their size (augment.mode).",
         ownPicturesValues()},
        {"collapse-uniform", "Collapse: too little sharpening",
         "The demo with a teacher temperature so high that the centre wins: all prototypes become equal, teacher "
         "entropy and "
         "loss go to ln K and nothing is learnt.",
         with(demoValues(), {{"loss.teacher_temperature", 1.0}, {"loss.warmup_teacher_temperature", 1.0}})},
        {"collapse-one-winner", "Collapse: no centring",
         "The demo without centring, without BatchNorm in the head and with a free last layer: one prototype wins for "
         "every picture, teacher entropy and loss go to 0 and nothing is learnt.",
         with(demoValues(), {{"loss.center_momentum", 1.0}, {"head.use_bn", false}, {"head.norm_last_layer", false}})},
        official("vit_tiny", "ViT tiny", 16),
        official("vit_tiny", "ViT tiny", 8),
        official("vit_small", "ViT small", 16),
        official("vit_small", "ViT small", 8),
        official("vit_base", "ViT base", 16),
        official("vit_base", "ViT base", 8),
        {"resnet50_sgd", "ResNet-50, SGD",
         "The official recipe for ResNet-50 on one machine: SGD, constant weight decay, narrower crops. Made for large "
         "colour pictures and a graphics card.",
         with(resnetValues(), {{"optim.optimizer", "sgd"},
                               {"optim.lr", 0.03},
                               {"optim.weight_decay", 1e-4},
                               {"optim.weight_decay_end", 1e-4}})},
        {"resnet50_lars", "ResNet-50, LARS",
         "ResNet-50 with LARS, for batches of a thousand pictures and more: each tensor's step is scaled by its own "
         "norm, and one-dimensional tensors neither decay nor are scaled.",
         with(resnetValues(), {{"optim.optimizer", "lars"},
                               {"head.use_bn", true},
                               {"optim.lr", 0.3},
                               {"optim.weight_decay", 1e-6},
                               {"optim.weight_decay_end", 1e-6},
                               {"optim.clip_grad", 0.0}})},
    };
    return list;
}

} // namespace dinoscope
