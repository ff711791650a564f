// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/data/image_source.h"

#include <chrono>

namespace dinoscope {

/// The pictures asked for, small, one after the other until `limit` has passed; at least one. JPEG files are decoded at
/// a part of their size, and what the source keeps in memory stays as it is. A picture that cannot be read has its
/// reason instead. Any thread.
/// @throws EngineError(badInput) for a picture that there is not, for more than kMostSamples, none, and another side.
SamplesAnswer smallSamples(const ImageSource& source, const SamplesRequest& request,
                           std::chrono::milliseconds limit = std::chrono::milliseconds(30));

} // namespace dinoscope
