// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

namespace dinoscope {

/// A row of squares for print: the picture, the mean map laid over it, then the map of each head. Maps run from 0 to
/// their largest value in OpenCV's inferno. `maps` is the answer's student or teacher. @throws EngineError(badInput)
/// for an answer without a map.
Image attentionFigure(const AttentionAnswer& answer, const PatchMaps& maps);

} // namespace dinoscope
