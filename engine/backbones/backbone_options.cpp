// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone_options.h"

#include "engine/api/fields.h"
#include "engine/backbones/resnet.h"
#include "engine/backbones/vision_transformer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

[[noreturn]] void badParameter(const std::string& sentence) {
    throw EngineError(ErrorCode::badParameter, "backbones", sentence);
}

std::vector<std::string> backboneIds() {
    std::vector<std::string> ids;
    for (const BackboneInfo& info : backboneList())
        ids.push_back(info.id);
    return ids;
}

ResNetShape resNetShape(const std::string& id, std::int64_t channels) {
    if (id == "resnet18")
        return {{2, 2, 2, 2}, false, channels};
    if (id == "resnet34")
        return {{3, 4, 6, 3}, false, channels};
    if (id == "resnet50")
        return {{3, 4, 6, 3}, true, channels};
    return {{3, 4, 23, 3}, true, channels};
}

} // namespace

const std::vector<BackboneInfo>& backboneList() {
    static const std::vector<BackboneInfo> list{
        {"vit_micro", "ViT micro (for 28-pixel pictures)", false, 96, 4, 3, 28, ""},
        {"vit_tiny", "ViT tiny", false, 192, 12, 3, 224, ""},
        {"vit_small", "ViT small", false, 384, 12, 6, 224, ""},
        {"vit_base", "ViT base", false, 768, 12, 12, 224, ""},
        {"deit_tiny", "DeiT tiny", false, 192, 12, 3, 224, "vit_tiny"},
        {"deit_small", "DeiT small", false, 384, 12, 6, 224, "vit_small"},
        {"deit_base", "DeiT base", false, 768, 12, 12, 224, "vit_base"},
        {"resnet18", "ResNet-18", true, 512, 0, 0, 0, ""},
        {"resnet34", "ResNet-34", true, 512, 0, 0, 0, ""},
        {"resnet50", "ResNet-50", true, 2048, 0, 0, 0, ""},
        {"resnet101", "ResNet-101", true, 2048, 0, 0, 0, ""},
    };
    return list;
}

const BackboneInfo& findBackbone(const std::string& id) {
    const auto& list = backboneList();
    const auto found = std::find_if(list.begin(), list.end(), [&](const BackboneInfo& i) { return i.id == id; });
    if (found != list.end())
        return *found;
    std::string known;
    for (const std::string& other : backboneIds())
        known += (known.empty() ? "" : ", ") + other;
    badParameter("There is no backbone '" + id + "': choose one of " + known);
}

void declare(FieldList& fields, BackboneOptions& o) {
    fields.add("backbone.arch", o.arch, "Backbone")
        .choices(backboneIds())
        .help("The network that turns a picture into a feature. The ViT and DeiT names stand for the same networks.");
    fields.add("backbone.patch_size", o.patchSize, "Patch size")
        .unit("px")
        .range(1, 128)
        .soft(4, 32)
        .help("Side of the square a token stands for. Smaller patches see more and cost more.");
    fields.add("backbone.width", o.width, "Width")
        .range(0, 4096)
        .soft(0, 1024)
        .help("Length of a token and of the feature; 0 takes the backbone's own.");
    fields.add("backbone.depth", o.depth, "Depth")
        .range(0, 96)
        .soft(0, 24)
        .help("Number of transformer blocks; 0 takes the backbone's own.");
    fields.add("backbone.heads", o.heads, "Attention heads")
        .range(0, 64)
        .soft(0, 16)
        .help("Must divide the width; 0 takes the backbone's own.");
    fields.add("backbone.image_size", o.imageSize, "Position table size")
        .unit("px")
        .range(0, 2048)
        .soft(0, 512)
        .help(
            "Side of the pictures the table of positions is made for; other sizes interpolate. 0 takes the backbone's "
            "own.");
    fields.add("backbone.channels", o.channels, "Colour channels")
        .range(0, 3)
        .help("1 for grey pictures, 3 for colour; 0 takes what the pictures have.");
    fields.add("backbone.mlp_ratio", o.mlpRatio, "MLP ratio")
        .range(0.25, 16)
        .soft(1, 8)
        .help("Width of a block's hidden layer over the width of a token.");
    fields.add("backbone.drop_path_rate", o.dropPathRate, "Stochastic depth")
        .range(0, 0.95)
        .soft(0, 0.5)
        .help("Probability that a branch of the student's last block is skipped for a picture; it grows from 0 at the "
              "first block.");
}

BackboneOptions resolve(const BackboneOptions& options) {
    const BackboneInfo& info = findBackbone(options.arch);
    BackboneOptions full = options;
    full.channels = options.channels ? options.channels : 3;
    if (info.convolutional)
        return full;
    full.width = options.width ? options.width : info.width;
    full.depth = options.depth ? options.depth : info.depth;
    full.heads = options.heads ? options.heads : info.heads;
    full.imageSize = options.imageSize ? options.imageSize : info.imageSize;
    if (full.width % full.heads != 0)
        badParameter("backbone.width is " + std::to_string(full.width) + ", which " + std::to_string(full.heads) +
                     " heads do not divide: change backbone.width or backbone.heads");
    if (full.imageSize < full.patchSize)
        badParameter("backbone.image_size is " + std::to_string(full.imageSize) + ", smaller than one patch of " +
                     std::to_string(full.patchSize) + ": lower backbone.patch_size or raise backbone.image_size");
    return full;
}

std::shared_ptr<Backbone> makeBackbone(const BackboneOptions& options, bool student) {
    const BackboneOptions full = resolve(options);
    const BackboneInfo& info = findBackbone(full.arch);
    if (info.convolutional)
        return std::make_shared<ResNet>(resNetShape(full.arch, full.channels));
    VisionTransformerShape shape;
    shape.width = full.width;
    shape.depth = full.depth;
    shape.heads = full.heads;
    shape.patchSize = full.patchSize;
    shape.imageSize = full.imageSize;
    shape.channels = full.channels;
    shape.mlpWidth = static_cast<std::int64_t>(static_cast<double>(full.width) * full.mlpRatio);
    shape.dropPathRate = student ? full.dropPathRate : 0;
    return std::make_shared<VisionTransformer>(shape);
}

} // namespace dinoscope
