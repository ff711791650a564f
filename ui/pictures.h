// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"

#include <QImage>

namespace dinoscope {

/// A deep copy; grey becomes RGB. A picture whose pixels do not fit its size gives a null image.
QImage toQImage(const Image& image);
/// A deep copy as RGB; what is transparent is laid over white. A null image gives an empty one.
Image fromQImage(const QImage& image);

} // namespace dinoscope
