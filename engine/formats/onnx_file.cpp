// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/onnx_file.h"

#include "engine/formats/byte_reader.h"
#include "engine/formats/format_error.h"
#include "engine/formats/output_file.h"
#include "engine/formats/proto_wire.h"
#include "engine/formats/zip_archive.h"
#include "engine/support/check.h"

#include <limits>

namespace dinoscope {
namespace {

constexpr std::int64_t kIrVersion = 8;
constexpr std::uint64_t kMostBytes = std::numeric_limits<std::int32_t>::max();

// Numbers of the fields in onnx.proto.
namespace model {
constexpr int irVersion = 1, producer = 2, graph = 7, opset = 8, metadata = 14;
}
namespace graph {
constexpr int node = 1, name = 2, initializer = 5, input = 11, output = 12;
}
namespace node {
constexpr int input = 1, output = 2, name = 3, op = 4, attribute = 5;
}
namespace attribute {
constexpr int name = 1, real = 2, number = 3, text = 4, numbers = 8, type = 20;
constexpr std::uint64_t isReal = 1, isNumber = 2, isText = 3, isNumbers = 7;
} // namespace attribute
namespace tensor {
constexpr int extent = 1, type = 2, name = 8, raw = 9;
constexpr std::uint64_t isFloat = 1, isInt64 = 7;
} // namespace tensor
namespace value {
constexpr int name = 1, type = 2;
}

std::uint64_t raw(std::int64_t value) { return static_cast<std::uint64_t>(value); }

ProtoMessage attributeMessage(const std::string& name, const OnnxAttribute& content) {
    ProtoMessage out;
    out.text(attribute::name, name);
    if (const auto* whole = std::get_if<std::int64_t>(&content)) {
        out.number(attribute::number, raw(*whole));
        out.number(attribute::type, attribute::isNumber);
    } else if (const auto* real = std::get_if<float>(&content)) {
        out.real(attribute::real, *real);
        out.number(attribute::type, attribute::isReal);
    } else if (const auto* text = std::get_if<std::string>(&content)) {
        out.text(attribute::text, *text);
        out.number(attribute::type, attribute::isText);
    } else {
        for (const std::int64_t item : std::get<std::vector<std::int64_t>>(content))
            out.number(attribute::numbers, raw(item));
        out.number(attribute::type, attribute::isNumbers);
    }
    return out;
}

ProtoMessage nodeMessage(const OnnxNode& in, std::size_t place) {
    ProtoMessage out;
    for (const std::string& name : in.inputs)
        out.text(node::input, name);
    for (const std::string& name : in.outputs)
        out.text(node::output, name);
    out.text(node::name, in.op + "_" + std::to_string(place));
    out.text(node::op, in.op);
    for (const auto& [name, content] : in.attributes)
        out.message(node::attribute, attributeMessage(name, content));
    return out;
}

ProtoMessage tensorMessage(const TensorView& in) {
    ProtoMessage out;
    for (const std::int64_t extent : in.shape)
        out.number(tensor::extent, raw(extent));
    out.number(tensor::type, in.type == ElementType::f32 ? tensor::isFloat : tensor::isInt64);
    out.text(tensor::name, in.name);
    out.bytes(tensor::raw, in.bytes);
    return out;
}

ProtoMessage valueMessage(const OnnxValue& in) {
    ProtoMessage shape, tensorType, type, out;
    for (const auto& extent : in.shape) {
        ProtoMessage dimension;
        if (const auto* fixed = std::get_if<std::int64_t>(&extent))
            dimension.number(1, raw(*fixed));
        else
            dimension.text(2, std::get<std::string>(extent));
        shape.message(1, std::move(dimension));
    }
    tensorType.number(1, tensor::isFloat);
    tensorType.message(2, std::move(shape));
    type.message(1, std::move(tensorType));
    out.text(value::name, in.name);
    out.message(value::type, std::move(type));
    return out;
}

ProtoMessage graphMessage(const OnnxGraph& in) {
    ProtoMessage out;
    for (std::size_t i = 0; i < in.nodes.size(); ++i)
        out.message(graph::node, nodeMessage(in.nodes[i], i));
    out.text(graph::name, in.name);
    for (const TensorView& view : in.initializers)
        out.message(graph::initializer, tensorMessage(view));
    for (const OnnxValue& input : in.inputs)
        out.message(graph::input, valueMessage(input));
    for (const OnnxValue& output : in.outputs)
        out.message(graph::output, valueMessage(output));
    return out;
}

std::pair<std::string, OnnxAttribute> readAttribute(ProtoReader in) {
    std::string name;
    OnnxAttribute content;
    std::vector<std::int64_t> numbers;
    std::uint64_t type = 0;
    while (in.next()) {
        switch (in.field()) {
        case attribute::name: name = in.text(); break;
        case attribute::real: content = in.real32(); break;
        case attribute::number: content = static_cast<std::int64_t>(in.number()); break;
        case attribute::text: content = in.text(); break;
        case attribute::numbers: numbers.push_back(static_cast<std::int64_t>(in.number())); break;
        case attribute::type: type = in.number(); break;
        default: break;
        }
    }
    if (type == attribute::isNumbers)
        content = std::move(numbers);
    return {std::move(name), std::move(content)};
}

OnnxNode readNode(ProtoReader in) {
    OnnxNode out;
    while (in.next()) {
        switch (in.field()) {
        case node::input: out.inputs.push_back(in.text()); break;
        case node::output: out.outputs.push_back(in.text()); break;
        case node::op: out.op = in.text(); break;
        case node::attribute: out.attributes.insert(readAttribute(in.message())); break;
        default: break;
        }
    }
    return out;
}

TensorView readTensor(ProtoReader in, const std::string& path) {
    TensorView out;
    std::uint64_t type = 0;
    while (in.next()) {
        switch (in.field()) {
        case tensor::extent: out.shape.push_back(static_cast<std::int64_t>(in.number())); break;
        case tensor::type: type = in.number(); break;
        case tensor::name: out.name = in.text(); break;
        case tensor::raw: out.bytes = in.bytes(); break;
        default: break;
        }
    }
    if (type != tensor::isFloat && type != tensor::isInt64)
        throwBadFile(path, "is damaged: its tensor '" + out.name + "' is neither of float32 nor of int64");
    out.type = type == tensor::isFloat ? ElementType::f32 : ElementType::i64;
    std::uint64_t bytes = elementSize(out.type);
    for (const std::int64_t extent : out.shape)
        if (extent < 0 || __builtin_mul_overflow(bytes, raw(extent), &bytes))
            throwBadFile(path, "is damaged: its tensor '" + out.name + "' has no possible shape");
    if (bytes != out.bytes.size())
        throwBadFile(path, "is damaged: its tensor '" + out.name + "' has " + std::to_string(out.bytes.size()) +
                               " bytes instead of " + std::to_string(bytes));
    return out;
}

OnnxValue readValue(ProtoReader in) {
    OnnxValue out;
    while (in.next()) {
        if (in.field() == value::name)
            out.name = in.text();
        if (in.field() != value::type)
            continue;
        for (ProtoReader type = in.message(); type.next();)
            for (ProtoReader tensorType = type.message(); tensorType.next();)
                if (tensorType.field() == 2)
                    for (ProtoReader shape = tensorType.message(); shape.next();)
                        for (ProtoReader dimension = shape.message(); dimension.next();) {
                            if (dimension.field() == 1)
                                out.shape.emplace_back(static_cast<std::int64_t>(dimension.number()));
                            else
                                out.shape.emplace_back(dimension.text());
                        }
    }
    return out;
}

void readGraph(ProtoReader in, const std::string& path, OnnxGraph& out) {
    while (in.next()) {
        switch (in.field()) {
        case graph::node: out.nodes.push_back(readNode(in.message())); break;
        case graph::name: out.name = in.text(); break;
        case graph::initializer: out.initializers.push_back(readTensor(in.message(), path)); break;
        case graph::input: out.inputs.push_back(readValue(in.message())); break;
        case graph::output: out.outputs.push_back(readValue(in.message())); break;
        default: break;
        }
    }
}

} // namespace

void writeOnnx(const std::string& path, const OnnxGraph& in) {
    ProtoMessage out, opset;
    out.number(model::irVersion, raw(kIrVersion));
    out.text(model::producer, "Dinoscope");
    out.message(model::graph, graphMessage(in));
    opset.text(1, "");
    opset.number(2, raw(kOnnxOpset));
    out.message(model::opset, std::move(opset));
    for (const auto& [key, text] : in.metadata) {
        ProtoMessage entry;
        entry.text(1, key);
        entry.text(2, text);
        out.message(model::metadata, std::move(entry));
    }
    if (out.size() > kMostBytes)
        throw EngineError(ErrorCode::badInput, "formats",
                          "A network of " + std::to_string(out.size() / 1000000) +
                              " MB is too large for one ONNX file, which holds 2 GB: export it as safetensors.");
    writeWholeFile(path, [&](DurableFile& file) { out.write(file); });
}

OnnxGraph readOnnx(const std::string& path) {
    const FileReader reader(path);
    auto bytes = std::make_shared<ByteBuffer>(ByteBuffer::make(static_cast<std::size_t>(reader.size())));
    reader.read(0, bytes->span());
    OnnxGraph out;
    for (ProtoReader in(bytes->span(), path); in.next();) {
        if (in.field() == model::graph)
            readGraph(in.message(), path, out);
        if (in.field() == model::metadata) {
            std::string key, text;
            for (ProtoReader entry = in.message(); entry.next();)
                (entry.field() == 1 ? key : text) = entry.text();
            out.metadata[key] = text;
        }
    }
    out.owner = std::move(bytes);
    return out;
}

} // namespace dinoscope
