// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QStringList>

namespace dinoscope {

enum class ColorMap { inferno, viridis, magma, turbo };

QStringList colorMapNames();
/// `value` from 0 to 1, clamped. Between stops of the published tables the colour is interpolated.
QRgb mapColor(ColorMap map, double value);

} // namespace dinoscope
