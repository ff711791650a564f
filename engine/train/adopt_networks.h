// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace dinoscope {

class TrainingStep;
struct ModelFile;

/// Gives a training step the networks, optimiser state and centre of a file. A network that the file lacks becomes a
/// copy of the other one; a head that it lacks stays as it is. Step and schedules are left alone.
/// @throws EngineError(badInput) that names the file and a tensor: a shape differs, a tensor of the backbone or of a
/// head that the file has is missing, or the file has tensors that the networks do not. The step is then unusable.
void adoptNetworks(TrainingStep& training, const ModelFile& file);

} // namespace dinoscope
