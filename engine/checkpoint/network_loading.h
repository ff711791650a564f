// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <string>

namespace dinoscope {

/// Of a state with the tensors of one or both networks: "teacher." or "student.", as `network` asks, or the only one.
/// @throws EngineError(badParameter) for another word.
std::string networkRole(const NamedTensors& state, const std::string& network);

/// Copies the tensors `prefix` + name of a state into a module's parameters and buffers. `path` is for sentences.
/// @throws EngineError(badInput) that names the tensor if one is missing or has another size; a missing count of
/// batches is left alone.
void fillModule(torch::nn::Module& module, const NamedTensors& state, const std::string& prefix,
                const std::string& path);

} // namespace dinoscope
