// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/augment/augment_options.h"

#include <torch/torch.h>

#include <vector>

namespace dinoscope {

/// The views of a picture as a network takes them: {(2, C, G, G), (n, C, L, L)} float32 on the CPU, normalised; the
/// second block is missing without local crops. The values are those the loader puts into a batch. Any thread.
/// @throws EngineError(internal) if views of one kind differ in size.
std::vector<torch::Tensor> viewBlocks(const CropsAnswer& crops, const Normalization& normalization);

/// A square picture, (1, C, S, S) float32 on the CPU, normalised. Any thread.
torch::Tensor pictureTensor(const Image& square, const Normalization& normalization);

/// All values, row-major, as float32 in host memory; waits for the device.
std::vector<float> hostValues(const torch::Tensor& tensor);

} // namespace dinoscope
