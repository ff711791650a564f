// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/safetensors.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

// The part of ONNX (onnx.proto, IR version 8, operators of opset 17) that this program writes and reads.

using OnnxAttribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;

struct OnnxNode {
    std::string op;
    std::vector<std::string> inputs; ///< an empty name: that input is left out
    std::vector<std::string> outputs;
    std::map<std::string, OnnxAttribute> attributes;
};

/// An input or output of a graph: float32.
struct OnnxValue {
    std::string name;
    std::vector<std::variant<std::int64_t, std::string>> shape; ///< a name stands for any extent
};

struct OnnxGraph {
    std::string name;
    std::vector<OnnxNode> nodes;          ///< each after those that it needs
    std::vector<TensorView> initializers; ///< f32 or i64
    std::vector<OnnxValue> inputs, outputs;
    std::map<std::string, std::string> metadata;
    std::shared_ptr<const void> owner; ///< of the initializers' bytes
};

constexpr std::int64_t kOnnxOpset = 17;

/// Blocks. @throws EngineError(io); EngineError(badInput) for more than the 2 GB that a file of this kind can hold.
void writeOnnx(const std::string& path, const OnnxGraph& graph);

/// Blocks. @throws EngineError(io); EngineError(badInput) with a sentence for a file that is broken or has other
/// contents than writeOnnx() writes.
OnnxGraph readOnnx(const std::string& path);

} // namespace dinoscope
