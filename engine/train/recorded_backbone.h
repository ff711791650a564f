// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone_options.h"

#include <string>

namespace dinoscope {

/// The network a recording names: a ResNet's name, or a transformer's with or without the patch size behind it, as in
/// "vit_small16"; "vit" alone stands for one whose sizes are given beside it. Without stochastic depth, as everything
/// recorded. @throws EngineError(badParameter) for a network there is none of.
BackboneOptions recordedBackbone(const std::string& kind);

} // namespace dinoscope
