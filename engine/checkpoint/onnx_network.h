// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/exported_network.h"
#include "engine/formats/onnx_file.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dinoscope {

struct OnnxWishes {
    std::int64_t side = 0;  ///< of the input in pixels; 0: any height and width of at least a patch
    bool attention = false; ///< an output "attention": (batch, heads, patches), the class token's of the last block
};

/// The network as a graph of opset 17. Input "pixels" (batch, channels, height, width), normalised; output "features"
/// (batch, D), with a head also "logits" (batch, K). Of a transformer with inputs of any size the positions are
/// interpolated in the graph as the official code does. @throws EngineError(notAllowed) for the attention of a ResNet,
/// (badParameter) for a side smaller than a patch.
OnnxGraph onnxGraphOf(const ExportedNetwork& network, const OnnxWishes& wishes);

/// Computes a graph's outputs, in their order, by running its nodes one after the other with LibTorch: what an exported
/// file says is done, apart from the code that wrote it. `inputs` in the graph's order.
/// @throws EngineError(badInput) for an operator or a name that onnxGraphOf() does not make.
std::vector<torch::Tensor> runOnnx(const OnnxGraph& graph, const std::vector<torch::Tensor>& inputs);

/// Writes, reads again, runs what was read on two batches of noise and compares with the network.
/// @throws EngineError(io) if an output differs by more than 1e-4 of its largest value; as onnxGraphOf() and
/// writeOnnx().
ReadBack exportOnnx(const ExportedNetwork& network, const OnnxWishes& wishes, const std::string& path);

} // namespace dinoscope
