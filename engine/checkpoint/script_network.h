// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/exported_network.h"

#include <string>

namespace dinoscope {

/// The network as a TorchScript module: forward(pixels) gives the features (batch, D), logits(pixels) with a head the
/// logits (batch, K); pixels (batch, channels, height, width), normalised, of any size. The archive is made in memory
/// and written by this program; then it is read again, run on two batches of noise and compared. Blocks.
/// @throws EngineError(io) if an output differs by more than 1e-4 of its largest value, or it cannot be written.
ReadBack exportTorchScript(const ExportedNetwork& network, const std::string& path);

} // namespace dinoscope
