// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/onnx_network.h"

#include "engine/backbones/backbone.h"
#include "engine/support/check.h"

#include <cmath>
#include <limits>
#include <map>
#include <memory>

namespace dinoscope {
namespace {

using Ints = std::vector<std::int64_t>;

constexpr std::int64_t kToFloat = 1; // TensorProto.DataType
constexpr float kLayerNormEps = 1e-6f, kBatchNormEps = 1e-5f;

/// Puts a graph together. Values are called by the names of their tensors.
class GraphBuilder {
public:
    explicit GraphBuilder(NamedTensors weights) {
        for (auto& [name, tensor] : weights)
            weights_[name] = tensor;
    }

    bool has(const std::string& weight) const { return weights_.contains(weight); }
    const torch::Tensor& tensor(const std::string& weight) const { return weights_.at(weight); }

    /// Adds a constant once. @returns its name.
    std::string constant(const std::string& name, const torch::Tensor& value) {
        if (used_.try_emplace(name, true).second)
            constants_.emplace_back(name, value.contiguous());
        return name;
    }
    std::string weight(const std::string& name) { return constant(name, tensor(name)); }
    /// As the right factor of a product.
    std::string transposed(const std::string& name) { return constant(name + "^T", tensor(name).t()); }
    std::string ints(const Ints& values) {
        std::string name = "ints";
        for (const std::int64_t value : values)
            name.append("_").append(std::to_string(value));
        return constant(name, torch::tensor(values, torch::kInt64));
    }
    std::string scalar(double value) {
        return constant("scalar_" + std::to_string(value), torch::tensor(value, torch::kFloat32));
    }
    std::string index(std::int64_t value) {
        return constant("index_" + std::to_string(value), torch::tensor(value, torch::kInt64));
    }

    std::string node(const std::string& op, std::vector<std::string> inputs,
                     std::map<std::string, OnnxAttribute> attributes = {}) {
        const std::string name = "v" + std::to_string(graph_.nodes.size());
        graph_.nodes.push_back({op, std::move(inputs), {name}, std::move(attributes)});
        return name;
    }
    /// Gives a value a name that is seen from outside.
    void output(const std::string& value, const std::string& name,
                std::vector<std::variant<std::int64_t, std::string>> shape) {
        graph_.nodes.push_back({"Identity", {value}, {name}, {}});
        graph_.outputs.push_back({name, std::move(shape)});
    }

    std::string linear(const std::string& x, const std::string& name) {
        return node("Add", {node("MatMul", {x, transposed(name + ".weight")}), weight(name + ".bias")});
    }
    std::string layerNorm(const std::string& x, const std::string& name) {
        return node("LayerNormalization", {x, weight(name + ".weight"), weight(name + ".bias")},
                    {{"axis", std::int64_t{-1}}, {"epsilon", kLayerNormEps}});
    }
    std::string batchNorm(const std::string& x, const std::string& name) {
        return node("BatchNormalization",
                    {x, weight(name + ".weight"), weight(name + ".bias"), weight(name + ".running_mean"),
                     weight(name + ".running_var")},
                    {{"epsilon", kBatchNormEps}});
    }
    /// x/2 (1 + erf(x/√2)): the operator Gelu came with opset 20.
    std::string gelu(const std::string& x) {
        const std::string part = node("Erf", {node("Div", {x, scalar(std::sqrt(2.0))})});
        return node("Mul", {node("Mul", {x, scalar(0.5)}), node("Add", {part, scalar(1)})});
    }
    std::string reshape(const std::string& x, const Ints& shape) { return node("Reshape", {x, ints(shape)}); }
    std::string transpose(const std::string& x, const Ints& order) { return node("Transpose", {x}, {{"perm", order}}); }
    std::string gather(const std::string& x, std::int64_t place, std::int64_t axis) {
        return node("Gather", {x, index(place)}, {{"axis", axis}});
    }
    std::string concat(std::vector<std::string> parts, std::int64_t axis) {
        return node("Concat", std::move(parts), {{"axis", axis}});
    }

    OnnxGraph take() {
        HostCopy copy = copyToHost(constants_);
        graph_.initializers = std::move(copy.views);
        graph_.owner = std::move(copy.owner);
        return std::move(graph_);
    }
    OnnxGraph& graph() { return graph_; }

private:
    std::map<std::string, torch::Tensor> weights_;
    std::map<std::string, bool> used_;
    NamedTensors constants_;
    OnnxGraph graph_;
};

/// A transformer's graph; the names of its values follow vision_transformer.py.
class TransformerGraph {
public:
    TransformerGraph(GraphBuilder& g, const BackboneOptions& options, std::int64_t tableSide, const OnnxWishes& wishes)
        : g_(g), o_(options), grid_(tableSide / options.patchSize), wishes_(wishes) {}

    /// @returns the class token after the final norm.
    std::string features() {
        std::string x = embed();
        for (std::int64_t i = 0; i < o_.depth; ++i)
            x = block(x, "backbone.blocks." + std::to_string(i), i + 1 == o_.depth);
        return g_.gather(g_.layerNorm(x, "backbone.norm"), 0, 1);
    }
    /// (batch, heads, tokens, tokens) of the last block.
    const std::string& attention() const { return attention_; }

private:
    std::string embed() {
        const Ints patch{o_.patchSize, o_.patchSize};
        const std::string map = g_.node(
            "Conv",
            {"pixels", g_.weight("backbone.patch_embed.proj.weight"), g_.weight("backbone.patch_embed.proj.bias")},
            {{"kernel_shape", patch}, {"strides", patch}});
        const std::string patches = g_.transpose(g_.reshape(map, {0, o_.width, -1}), {0, 2, 1});
        const std::string batch = g_.reshape(g_.gather(g_.node("Shape", {"pixels"}), 0, 0), {1});
        const std::string shape = g_.concat({batch, g_.ints({1, o_.width})}, 0);
        const std::string first = g_.node("Expand", {g_.weight("backbone.cls_token"), shape});
        return g_.node("Add", {g_.concat({first, patches}, 1), wishes_.side > 0 ? fixedPositions() : positions(map)});
    }

    torch::Tensor patchTable() const {
        return g_.tensor("backbone.pos_embed")
            .narrow(1, 1, grid_ * grid_)
            .reshape({1, grid_, grid_, o_.width})
            .permute({0, 3, 1, 2});
    }
    torch::Tensor classTable() const { return g_.tensor("backbone.pos_embed").narrow(1, 0, 1); }

    std::string fixedPositions() {
        const std::int64_t rows = wishes_.side / o_.patchSize;
        if (rows == grid_)
            return g_.weight("backbone.pos_embed");
        const double scale = (static_cast<double>(rows) + 0.1) / static_cast<double>(grid_);
        const torch::Tensor resized = at::upsample_bicubic2d(patchTable(), {rows, rows}, false, scale, scale);
        return g_.constant("positions", torch::cat({classTable(), resized.flatten(2).transpose(1, 2)}, 1));
    }

    /// interpolate_pos_encoding for the rows and columns of `map`.
    std::string positions(const std::string& map) {
        const std::string cells = g_.node("Shape", {map}), pixels = g_.node("Shape", {"pixels"});
        std::vector<std::string> scales{g_.constant("ones_2", torch::ones({2}))};
        std::string asTable = g_.node("Equal", {g_.gather(pixels, 2, 0), g_.gather(pixels, 3, 0)});
        for (const std::int64_t axis : {2, 3}) {
            const std::string count = g_.gather(cells, axis, 0);
            asTable = g_.node("And", {asTable, g_.node("Equal", {count, g_.index(grid_)})});
            const std::string more = g_.node("Add", {g_.node("Cast", {count}, {{"to", kToFloat}}), g_.scalar(0.1)});
            scales.push_back(g_.reshape(g_.node("Div", {more, g_.scalar(static_cast<double>(grid_))}), {1}));
        }
        const std::string scale =
            g_.node("Where", {asTable, g_.constant("ones_4", torch::ones({4})), g_.concat(scales, 0)});
        const std::string resized = g_.node("Resize", {g_.constant("patch_positions", patchTable()), "", scale},
                                            {{"mode", std::string("cubic")},
                                             {"coordinate_transformation_mode", std::string("half_pixel")},
                                             {"cubic_coeff_a", -0.75f},
                                             {"nearest_mode", std::string("floor")}});
        const std::string rows = g_.transpose(g_.reshape(resized, {0, o_.width, -1}), {0, 2, 1});
        return g_.concat({g_.constant("class_position", classTable()), rows}, 1);
    }

    std::string block(const std::string& x, const std::string& name, bool last) {
        const std::string mixed = g_.node("Add", {x, attend(g_.layerNorm(x, name + ".norm1"), name + ".attn", last)});
        const std::string hidden = g_.gelu(g_.linear(g_.layerNorm(mixed, name + ".norm2"), name + ".mlp.fc1"));
        return g_.node("Add", {mixed, g_.linear(hidden, name + ".mlp.fc2")});
    }

    std::string attend(const std::string& x, const std::string& name, bool last) {
        const std::int64_t depth = o_.width / o_.heads;
        const std::string qkv =
            g_.transpose(g_.reshape(g_.linear(x, name + ".qkv"), {0, 0, 3, o_.heads, depth}), {2, 0, 3, 1, 4});
        const std::string query =
            g_.node("Mul", {g_.gather(qkv, 0, 0), g_.scalar(1 / std::sqrt(static_cast<double>(depth)))});
        const std::string scores = g_.node("MatMul", {query, g_.transpose(g_.gather(qkv, 1, 0), {0, 1, 3, 2})});
        const std::string weights = g_.node("Softmax", {scores}, {{"axis", std::int64_t{-1}}});
        if (last)
            attention_ = weights;
        const std::string mixed = g_.transpose(g_.node("MatMul", {weights, g_.gather(qkv, 2, 0)}), {0, 2, 1, 3});
        return g_.linear(g_.reshape(mixed, {0, 0, o_.width}), name + ".proj");
    }

    GraphBuilder& g_;
    const BackboneOptions& o_;
    std::int64_t grid_;
    const OnnxWishes& wishes_;
    std::string attention_;
};

std::string convolution(GraphBuilder& g, const std::string& x, const std::string& name, std::int64_t stride) {
    const std::int64_t kernel = g.tensor(name + ".weight").size(2), padding = kernel / 2;
    return g.node("Conv", {x, g.weight(name + ".weight")},
                  {{"kernel_shape", Ints{kernel, kernel}},
                   {"strides", Ints{stride, stride}},
                   {"pads", Ints{padding, padding, padding, padding}}});
}

/// One unit; which it is of the two kinds its weights tell. The stride is that of the convolution of 3 x 3.
std::string residualUnit(GraphBuilder& g, const std::string& x, const std::string& name, std::int64_t stride) {
    const bool bottleneck = g.has(name + ".conv3.weight");
    const int count = bottleneck ? 3 : 2, strided = bottleneck ? 2 : 1;
    std::string y = x;
    for (int i = 1; i <= count; ++i) {
        const std::string number = std::to_string(i);
        y = g.batchNorm(convolution(g, y, name + ".conv" + number, i == strided ? stride : 1), name + ".bn" + number);
        if (i < count)
            y = g.node("Relu", {y});
    }
    std::string shortcut = x;
    if (g.has(name + ".downsample.0.weight"))
        shortcut = g.batchNorm(convolution(g, x, name + ".downsample.0", stride), name + ".downsample.1");
    return g.node("Relu", {g.node("Add", {y, shortcut})});
}

std::string resnetFeatures(GraphBuilder& g) {
    std::string x = g.node("Relu", {g.batchNorm(convolution(g, "pixels", "backbone.conv1", 2), "backbone.bn1")});
    x = g.node("MaxPool", {x}, {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}});
    for (int stage = 1; stage <= 4; ++stage)
        for (int unit = 0;; ++unit) {
            const std::string name = "backbone.layer" + std::to_string(stage) + "." + std::to_string(unit);
            if (!g.has(name + ".conv1.weight"))
                break;
            x = residualUnit(g, x, name, stage > 1 && unit == 0 ? 2 : 1);
        }
    return g.node("Flatten", {g.node("GlobalAveragePool", {x})}, {{"axis", std::int64_t{1}}});
}

std::string headLogits(GraphBuilder& g, const std::string& features, const HeadOptions& options) {
    std::string x = features;
    std::int64_t position = 0;
    for (std::int64_t i = 0; i < options.layers; ++i) {
        const std::string place = options.layers == 1 ? "" : "." + std::to_string(position++);
        x = g.linear(x, "head.mlp" + place);
        if (i + 1 == options.layers)
            break;
        if (options.useBn)
            x = g.batchNorm(x, "head.mlp." + std::to_string(position++));
        x = g.gelu(x);
        ++position;
    }
    const std::string norm = g.node("ReduceL2", {x}, {{"axes", Ints{-1}}, {"keepdims", std::int64_t{1}}});
    x = g.node("Div", {x, g.node("Max", {norm, g.constant("smallest_norm", torch::tensor(1e-12f))})});
    const torch::Tensor rows =
        torch::_weight_norm(g.tensor("head.last_layer.weight_v"), g.tensor("head.last_layer.weight_g"), 0);
    return g.node("MatMul", {x, g.constant("head.last_layer.weight^T", rows.t())});
}

} // namespace

OnnxGraph onnxGraphOf(const ExportedNetwork& network, const OnnxWishes& wishes) {
    const BackboneTraits& traits = network.backbone->traits();
    const bool convolutional = !traits.hasAttention;
    if (convolutional && wishes.attention)
        throw EngineError(ErrorCode::notAllowed, "checkpoint",
                          "A convolutional network has no attention: export it without.");
    if (wishes.side != 0 && wishes.side < (convolutional ? 1 : network.options.patchSize))
        throw EngineError(ErrorCode::badParameter, "checkpoint",
                          "An input of " + std::to_string(wishes.side) + " pixels is smaller than a patch of " +
                              std::to_string(network.options.patchSize) + ".");
    torch::NoGradGuard noGrad;
    GraphBuilder g(network.state());
    using Extent = std::variant<std::int64_t, std::string>;
    const Extent batch = std::string("batch");
    const Extent height = wishes.side > 0 ? Extent(wishes.side) : Extent(std::string("height"));
    const Extent width = wishes.side > 0 ? Extent(wishes.side) : Extent(std::string("width"));
    g.graph().name = "dino_backbone";
    g.graph().inputs = {{"pixels", {batch, traits.channels, height, width}}};
    std::string features, attention;
    if (convolutional) {
        features = resnetFeatures(g);
    } else {
        TransformerGraph transformer(g, network.options, traits.imageSize, wishes);
        features = transformer.features();
        attention = transformer.attention();
    }
    g.output(features, "features", {batch, traits.width});
    if (network.head)
        g.output(headLogits(g, features, network.headOptions), "logits", {batch, network.headOptions.outDim});
    if (wishes.attention) {
        const std::string row = g.gather(attention, 0, 2); // the class token's
        const std::string patches =
            g.node("Slice", {row, g.ints({1}), g.ints({std::numeric_limits<std::int32_t>::max()}), g.ints({2})});
        g.output(patches, "attention", {batch, traits.heads, std::string("patches")});
    }
    std::string mean, std;
    for (std::size_t i = 0; i < network.mean.size(); ++i) {
        mean += (i ? " " : "") + std::to_string(network.mean[i]);
        std += (i ? " " : "") + std::to_string(network.std[i]);
    }
    OnnxGraph graph = g.take();
    graph.metadata = {
        {"what", network.what}, {"mean", mean}, {"std", std}, {"patch_size", std::to_string(traits.patchSize)}};
    return graph;
}

} // namespace dinoscope
