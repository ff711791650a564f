// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <string>

namespace dinoscope {

struct ExportedNetwork;

// Vision Transformers in the names of Hugging Face's ViTModel (transformers 4; transformers 5 renames them on loading).
// Official names have no prefix here. Queries, keys and values are three layers there and one here.

NamedTensors toHuggingFace(const NamedTensors& official);
/// The inverse; tensors of other names are left out.
NamedTensors fromHuggingFace(const NamedTensors& named);

/// The texts of config.json and preprocessor_config.json.
std::string huggingFaceConfig(const ExportedNetwork& network);
std::string huggingFacePreprocessor(const ExportedNetwork& network);

} // namespace dinoscope
