// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/onnx_network.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/support/check.h"

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <sstream>

namespace dinoscope {
namespace {

using Ints = std::vector<std::int64_t>;
using Tensors = std::vector<torch::Tensor>;

constexpr double kTolerance = 1e-4; ///< of the largest value

[[noreturn]] void refuse(const std::string& what) {
    throw EngineError(ErrorCode::badInput, "checkpoint", "The graph cannot be run: " + what + ".");
}

std::int64_t number(const OnnxNode& node, const std::string& name, std::int64_t otherwise) {
    const auto found = node.attributes.find(name);
    return found == node.attributes.end() ? otherwise : std::get<std::int64_t>(found->second);
}

Ints numbers(const OnnxNode& node, const std::string& name, const Ints& otherwise = {}) {
    const auto found = node.attributes.find(name);
    return found == node.attributes.end() ? otherwise : std::get<Ints>(found->second);
}

Ints intsOf(const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.flatten().to(torch::kInt64).contiguous();
    return {flat.data_ptr<std::int64_t>(), flat.data_ptr<std::int64_t>() + flat.numel()};
}

torch::Tensor convolve(const OnnxNode& node, const Tensors& in) {
    const Ints strides = numbers(node, "strides", {1, 1}), pads = numbers(node, "pads", {0, 0, 0, 0});
    return torch::conv2d(in[0], in[1], in.size() > 2 ? in[2] : torch::Tensor(), strides, Ints{pads[0], pads[1]});
}

torch::Tensor pool(const OnnxNode& node, const Tensors& in) {
    const Ints pads = numbers(node, "pads", {0, 0, 0, 0});
    return torch::max_pool2d(in[0], numbers(node, "kernel_shape"), numbers(node, "strides"), Ints{pads[0], pads[1]});
}

torch::Tensor reshaped(const OnnxNode&, const Tensors& in) {
    Ints shape = intsOf(in[1]);
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (shape[i] == 0)
            shape[i] = in[0].size(static_cast<std::int64_t>(i));
    return in[0].reshape(shape);
}

/// Over the last two axes, with factors as they are given.
torch::Tensor resized(const OnnxNode& node, const Tensors& in) {
    if (std::get<std::string>(node.attributes.at("mode")) != "cubic" ||
        std::get<std::string>(node.attributes.at("coordinate_transformation_mode")) != "half_pixel" ||
        std::get<float>(node.attributes.at("cubic_coeff_a")) != -0.75f)
        refuse("only cubic resizing at half pixels with a = -0.75 is known");
    const torch::Tensor factors = in[2].to(torch::kFloat64).contiguous();
    const double rows = factors[2].item<double>(), columns = factors[3].item<double>();
    const auto extent = [](std::int64_t size, double factor) {
        return static_cast<std::int64_t>(std::floor(static_cast<double>(size) * factor));
    };
    return at::upsample_bicubic2d(in[0], {extent(in[0].size(2), rows), extent(in[0].size(3), columns)}, false, rows,
                                  columns);
}

torch::Tensor sliced(const OnnxNode&, const Tensors& in) {
    return in[0].slice(in[3].item<std::int64_t>(), in[1].item<std::int64_t>(), in[2].item<std::int64_t>());
}

torch::Tensor gathered(const OnnxNode& node, const Tensors& in) {
    if (in[1].dim() != 0)
        refuse("only single places are gathered");
    return in[0].select(number(node, "axis", 0), in[1].item<std::int64_t>());
}

torch::Tensor layerNorm(const OnnxNode& node, const Tensors& in) {
    return torch::layer_norm(in[0], {in[0].size(-1)}, in[1], in[2],
                             static_cast<double>(std::get<float>(node.attributes.at("epsilon"))));
}

torch::Tensor batchNorm(const OnnxNode& node, const Tensors& in) {
    return torch::batch_norm(in[0], in[1], in[2], in[3], in[4], false, 0.1,
                             static_cast<double>(std::get<float>(node.attributes.at("epsilon"))), false);
}

using Operator = std::function<torch::Tensor(const OnnxNode&, const Tensors&)>;

const std::map<std::string, Operator>& operators() {
    static const std::map<std::string, Operator> table = {
        {"Add", [](const OnnxNode&, const Tensors& in) { return in[0] + in[1]; }},
        {"And", [](const OnnxNode&, const Tensors& in) { return in[0].logical_and(in[1]); }},
        {"BatchNormalization", batchNorm},
        {"Cast", [](const OnnxNode&, const Tensors& in) { return in[0].to(torch::kFloat32); }},
        {"Concat", [](const OnnxNode& node, const Tensors& in) { return torch::cat(in, number(node, "axis", 0)); }},
        {"Conv", convolve},
        {"Div", [](const OnnxNode&, const Tensors& in) { return in[0] / in[1]; }},
        {"Equal", [](const OnnxNode&, const Tensors& in) { return in[0].eq(in[1]); }},
        {"Erf", [](const OnnxNode&, const Tensors& in) { return torch::erf(in[0]); }},
        {"Expand", [](const OnnxNode&, const Tensors& in) { return in[0].expand(intsOf(in[1])); }},
        {"Flatten", [](const OnnxNode& node, const Tensors& in) { return in[0].flatten(number(node, "axis", 1)); }},
        {"Gather", gathered},
        {"GlobalAveragePool",
         [](const OnnxNode&, const Tensors& in) {
             return in[0].mean({2, 3}, true);
         }},
        {"Identity", [](const OnnxNode&, const Tensors& in) { return in[0]; }},
        {"LayerNormalization", layerNorm},
        {"MatMul", [](const OnnxNode&, const Tensors& in) { return torch::matmul(in[0], in[1]); }},
        {"Max", [](const OnnxNode&, const Tensors& in) { return torch::maximum(in[0], in[1]); }},
        {"MaxPool", pool},
        {"Mul", [](const OnnxNode&, const Tensors& in) { return in[0] * in[1]; }},
        {"ReduceL2",
         [](const OnnxNode& node, const Tensors& in) {
             return in[0].norm(2, numbers(node, "axes"), number(node, "keepdims", 1) == 1);
         }},
        {"Relu", [](const OnnxNode&, const Tensors& in) { return torch::relu(in[0]); }},
        {"Reshape", reshaped},
        {"Resize", resized},
        {"Shape", [](const OnnxNode&, const Tensors& in) { return torch::tensor(in[0].sizes(), torch::kInt64); }},
        {"Slice", sliced},
        {"Softmax",
         [](const OnnxNode& node, const Tensors& in) { return torch::softmax(in[0], number(node, "axis", -1)); }},
        {"Transpose", [](const OnnxNode& node, const Tensors& in) { return in[0].permute(numbers(node, "perm")); }},
        {"Where", [](const OnnxNode&, const Tensors& in) { return torch::where(in[0], in[1], in[2]); }},
    };
    return table;
}

/// What the network itself says, in the order of the graph's outputs.
Tensors wanted(const ExportedNetwork& network, const OnnxWishes& wishes, const torch::Tensor& pixels) {
    Tensors out;
    out.push_back(network.backbone->forward(pixels));
    if (network.head)
        out.push_back(network.head->forward(out[0]));
    if (wishes.attention) {
        const torch::Tensor row = network.backbone->attention(pixels, network.backbone->traits().blocks - 1,
                                                              AttentionRows::classToken); // (B, heads, 1, T)
        out.push_back(row.select(2, 0).narrow(2, 1, row.size(3) - 1));
    }
    return out;
}

} // namespace

std::vector<torch::Tensor> runOnnx(const OnnxGraph& graph, const std::vector<torch::Tensor>& inputs) {
    torch::NoGradGuard noGrad;
    std::map<std::string, torch::Tensor> values;
    for (const TensorView& view : graph.initializers)
        values[view.name] = toTensor(view);
    checkEqual(inputs.size(), graph.inputs.size(), "checkpoint", "Inputs of the graph");
    for (std::size_t i = 0; i < inputs.size(); ++i)
        values[graph.inputs[i].name] = inputs[i];
    for (const OnnxNode& node : graph.nodes) {
        const auto op = operators().find(node.op);
        if (op == operators().end())
            refuse("the operator " + node.op + " is not known");
        Tensors in;
        for (const std::string& name : node.inputs) {
            if (!name.empty() && !values.contains(name))
                refuse("the value '" + name + "' is needed before it is computed");
            in.push_back(name.empty() ? torch::Tensor() : values[name]);
        }
        values[node.outputs.at(0)] = op->second(node, in);
    }
    Tensors out;
    for (const OnnxValue& output : graph.outputs)
        out.push_back(values.at(output.name));
    return out;
}

ReadBack exportOnnx(const ExportedNetwork& network, const OnnxWishes& wishes, const std::string& path) {
    writeOnnx(path, onnxGraphOf(network, wishes));
    const OnnxGraph graph = readOnnx(path);
    torch::NoGradGuard noGrad;
    torch::Generator generator = makeGenerator(1);
    const std::int64_t channels = network.backbone->traits().channels, side = network.usualSide();
    const std::int64_t patch = network.backbone->traits().patchSize;
    std::vector<std::pair<std::int64_t, std::int64_t>> sizes{{side, side}, {side + patch, side + 2 * patch}};
    if (wishes.side > 0)
        sizes = {{wishes.side, wishes.side}};
    double largest = 0;
    for (const auto& [height, width] : sizes) {
        const torch::Tensor pixels = torch::randn({2, channels, height, width}, generator);
        const Tensors expected = wanted(network, wishes, pixels), found = runOnnx(graph, {pixels});
        checkEqual(found.size(), expected.size(), "checkpoint", "Outputs of the graph");
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const double scale = expected[i].abs().max().item<double>();
            const double difference = found[i].sizes() == expected[i].sizes()
                                          ? (found[i] - expected[i]).abs().max().item<double>() / scale
                                          : std::numeric_limits<double>::infinity();
            largest = std::max(largest, difference);
            if (!(difference <= kTolerance))
                throw EngineError(ErrorCode::io, "checkpoint",
                                  "'" + path + "' does not compute what the network does: its output " +
                                      graph.outputs[i].name + " differs. Export it again.");
        }
    }
    std::ostringstream sentence;
    sentence << "Read again and run on noise: the largest difference is " << largest << " of the largest value.";
    return {sentence.str(), {path}};
}

} // namespace dinoscope
