// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

namespace dinoscope {

/// A set of grey pictures as one of colour pictures: every pixel three times. A set that has colours is returned as it
/// is, as is null.
ImageSourcePtr inColor(ImageSourcePtr source);

} // namespace dinoscope
