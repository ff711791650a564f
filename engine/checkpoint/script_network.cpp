// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/script_network.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/formats/output_file.h"
#include "engine/support/check.h"

#include <torch/script.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace dinoscope {
namespace {

constexpr double kTolerance = 1e-4; ///< of the largest value

/// A tensor's name as an attribute: "blocks.0.norm1.weight" -> "blocks_0_norm1_weight".
std::string attributeOf(std::string name) {
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

std::string self(const std::string& name) { return "self." + attributeOf(name); }

/// Lines of a function's body.
class Body {
public:
    explicit Body(const NamedTensors& state) {
        for (const auto& [name, tensor] : state)
            names_.insert(name);
    }
    bool has(const std::string& name) const { return names_.contains(name); }
    void line(const std::string& text) { text_ += "    " + text + "\n"; }
    const std::string& text() const { return text_; }

    static std::string linear(const std::string& x, const std::string& name) {
        return "torch.linear(" + x + ", " + self(name + ".weight") + ", " + self(name + ".bias") + ")";
    }
    static std::string layerNorm(const std::string& x, const std::string& name, std::int64_t width) {
        return "torch.layer_norm(" + x + ", [" + std::to_string(width) + "], " + self(name + ".weight") + ", " +
               self(name + ".bias") + ", 1e-6, True)";
    }
    static std::string batchNorm(const std::string& x, const std::string& name) {
        return "torch.batch_norm(" + x + ", " + self(name + ".weight") + ", " + self(name + ".bias") + ", " +
               self(name + ".running_mean") + ", " + self(name + ".running_var") + ", False, 0.1, 1e-5, False)";
    }
    static std::string convolution(const std::string& x, const std::string& name, std::int64_t stride,
                                   std::int64_t padding) {
        const std::string s = std::to_string(stride), p = std::to_string(padding);
        return "torch.conv2d(" + x + ", " + self(name + ".weight") + ", None, [" + s + ", " + s + "], [" + p + ", " +
               p + "])";
    }

private:
    std::set<std::string> names_;
    std::string text_;
};

void addTransformer(Body& body, const BackboneOptions& o, std::int64_t tableSide) {
    const std::int64_t grid = tableSide / o.patchSize, depth = o.width / o.heads;
    const std::string p = std::to_string(o.patchSize), d = std::to_string(o.width), g = std::to_string(grid);
    const std::string heads = std::to_string(o.heads), each = std::to_string(depth);
    body.line("x = torch.conv2d(pixels, self.patch_embed_proj_weight, self.patch_embed_proj_bias, [" + p + ", " + p +
              "])");
    body.line("rows = x.size(2)");
    body.line("columns = x.size(3)");
    body.line("x = torch.transpose(torch.flatten(x, 2), 1, 2)");
    body.line("x = torch.cat([self.cls_token.expand([x.size(0), 1, " + d + "]), x], 1)");
    body.line("positions = self.pos_embed");
    body.line("if rows != " + g + " or columns != " + g + " or pixels.size(2) != pixels.size(3):");
    body.line("    table = torch.permute(torch.reshape(self.pos_embed[:, 1:], [1, " + g + ", " + g + ", " + d +
              "]), [0, 3, 1, 2])");
    body.line("    table = torch.upsample_bicubic2d(table, [rows, columns], False, (float(rows) + 0.1) / " + g +
              ".0, (float(columns) + 0.1) / " + g + ".0)");
    body.line("    positions = torch.cat([self.pos_embed[:, :1], torch.transpose(torch.flatten(table, 2), 1, 2)], 1)");
    body.line("x = x + positions");
    body.line("tokens = x.size(1)");
    for (std::int64_t i = 0; i < o.depth; ++i) {
        const std::string name = "blocks." + std::to_string(i);
        body.line("qkv = " + Body::linear(Body::layerNorm("x", name + ".norm1", o.width), name + ".attn.qkv"));
        body.line("qkv = torch.permute(torch.reshape(qkv, [x.size(0), tokens, 3, " + heads + ", " + each +
                  "]), [2, 0, 3, 1, 4])");
        body.line("y = torch.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])");
        body.line("y = torch.reshape(torch.transpose(y, 1, 2), [x.size(0), tokens, " + d + "])");
        body.line("x = x + " + Body::linear("y", name + ".attn.proj"));
        body.line("y = torch.gelu(" + Body::linear(Body::layerNorm("x", name + ".norm2", o.width), name + ".mlp.fc1") +
                  ")");
        body.line("x = x + " + Body::linear("y", name + ".mlp.fc2"));
    }
    body.line("return " + Body::layerNorm("x[:, 0]", "norm", o.width));
}

void addUnit(Body& body, const std::string& name, std::int64_t stride) {
    const bool bottleneck = body.has(name + ".conv3.weight");
    const int count = bottleneck ? 3 : 2, strided = bottleneck ? 2 : 1;
    body.line("y = x");
    for (int i = 1; i <= count; ++i) {
        const std::string number = std::to_string(i);
        const bool wide = !bottleneck || i == 2; // a kernel of 3 x 3
        const std::string step =
            Body::batchNorm(Body::convolution("y", name + ".conv" + number, i == strided ? stride : 1, wide ? 1 : 0),
                            name + ".bn" + number);
        body.line("y = " + (i < count ? "torch.relu(" + step + ")" : step));
    }
    const bool shortcut = body.has(name + ".downsample.0.weight");
    body.line("x = torch.relu(y + " +
              (shortcut
                   ? Body::batchNorm(Body::convolution("x", name + ".downsample.0", stride, 0), name + ".downsample.1")
                   : std::string("x")) +
              ")");
}

void addResNet(Body& body) {
    body.line("x = torch.relu(" + Body::batchNorm(Body::convolution("pixels", "conv1", 2, 3), "bn1") + ")");
    body.line("x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])");
    for (int stage = 1; stage <= 4; ++stage)
        for (int unit = 0;; ++unit) {
            const std::string name = "layer" + std::to_string(stage) + "." + std::to_string(unit);
            if (!body.has(name + ".conv1.weight"))
                break;
            addUnit(body, name, stage > 1 && unit == 0 ? 2 : 1);
        }
    body.line("return torch.mean(x, [2, 3])");
}

void addHead(Body& body, const HeadOptions& options) {
    body.line("x = self.forward(pixels)");
    std::int64_t position = 0;
    for (std::int64_t i = 0; i < options.layers; ++i) {
        std::string place;
        if (options.layers > 1)
            place.append(".").append(std::to_string(position++));
        body.line("x = " + Body::linear("x", "head.mlp" + place));
        if (i + 1 == options.layers)
            break;
        if (options.useBn)
            body.line("x = " + Body::batchNorm("x", "head.mlp." + std::to_string(position++)));
        body.line("x = torch.gelu(x)");
        ++position;
    }
    body.line("x = x / torch.clamp_min(torch.norm(x, 2, [-1], True), 1e-12)");
    body.line("return torch.linear(x, torch._weight_norm(self.head_last_layer_weight_v, "
              "self.head_last_layer_weight_g, 0))");
}

torch::jit::Module build(const ExportedNetwork& network) {
    torch::jit::Module module("DinoBackbone");
    NamedTensors state = network.backboneState();
    for (const auto& [name, tensor] : network.headState())
        state.emplace_back("head." + name, tensor);
    for (const auto& [name, tensor] : state)
        module.register_buffer(attributeOf(name), tensor.clone());
    Body body(state);
    if (network.backbone->traits().hasAttention)
        addTransformer(body, network.options, network.backbone->traits().imageSize);
    else
        addResNet(body);
    module.define("def forward(self, pixels: Tensor) -> Tensor:\n" + body.text());
    if (network.head) {
        Body head(state);
        addHead(head, network.headOptions);
        module.define("def logits(self, pixels: Tensor) -> Tensor:\n" + head.text());
    }
    module.eval();
    return module;
}

double differenceOf(const torch::Tensor& found, const torch::Tensor& expected) {
    if (found.sizes() != expected.sizes())
        return std::numeric_limits<double>::infinity();
    return (found - expected).abs().max().item<double>() / expected.abs().max().item<double>();
}

} // namespace

ReadBack exportTorchScript(const ExportedNetwork& network, const std::string& path) {
    torch::NoGradGuard noGrad;
    std::ostringstream archive; // LibTorch ends the process when the disk is full: it never writes a file itself
    build(network).save(archive);
    const std::string bytes = archive.str();
    writeWholeFile(path, [&](DurableFile& file) { file.write(bytes); });
    torch::jit::Module module = torch::jit::load(path);
    torch::Generator generator = makeGenerator(1);
    const std::int64_t channels = network.backbone->traits().channels, side = network.usualSide();
    const std::int64_t patch = network.backbone->traits().patchSize;
    double largest = 0;
    for (const auto& [height, width] : {std::pair(side, side), std::pair(side + patch, side + 2 * patch)}) {
        const torch::Tensor pixels = torch::randn({2, channels, height, width}, generator);
        const torch::Tensor features = network.backbone->forward(pixels);
        largest = std::max(largest, differenceOf(module.forward({pixels}).toTensor(), features));
        if (network.head)
            largest = std::max(largest, differenceOf(module.get_method("logits")({pixels}).toTensor(),
                                                     network.head->forward(features)));
    }
    if (!(largest <= kTolerance))
        throw EngineError(ErrorCode::io, "checkpoint",
                          "'" + path + "' does not compute what the network does. Export it again.");
    std::ostringstream sentence;
    sentence << "Read again and run on noise: the largest difference is " << largest << " of the largest value.";
    return {sentence.str(), {path}};
}

} // namespace dinoscope
