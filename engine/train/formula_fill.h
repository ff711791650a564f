// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace dinoscope {

/// Numbers that follow from a name alone, for recordings without a weight file: a hash of the FNV-1a code of the name
/// and the row-major index, mapped to [-1, 1). float64, (count).
torch::Tensor formulaNumbers(const std::string& name, std::int64_t count);

/// Fills a parameter or buffer called `name` from formulaNumbers(), scaled by the kind of tensor and rounded to
/// float32.
void fillByFormula(const std::string& name, torch::Tensor tensor);

/// Fills all parameters and buffers of a network; names are the network's own.
void fillByFormula(torch::nn::Module& network);

} // namespace dinoscope
