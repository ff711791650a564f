// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/safetensors.h"

#include <torch/torch.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A copy of the view's bytes as a tensor of the same element type and shape.
torch::Tensor toTensor(const TensorView& view);

/// Copies of tensors in host memory as a file's writer takes them.
struct HostCopy {
    std::vector<TensorView> views;
    std::shared_ptr<const void> owner; ///< of the bytes
};
/// Waits for the device. @throws EngineError(badInput) for an element type the format does not have.
HostCopy copyToHost(const NamedTensors& tensors);

/// All tensors of a safetensors file, copied. @throws EngineError as SafetensorsFile does.
NamedTensors readTensorFile(const std::string& path);

/// Writes tensors of any device and layout. @throws EngineError as writeSafetensors does, and (badInput) for an element
/// type the format does not have.
void writeTensorFile(const std::string& path, const NamedTensors& tensors,
                     const std::map<std::string, std::string>& metadata = {});

} // namespace dinoscope
