// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRectF>

class QPainter;

namespace dinoscope {

/// Draws `image` as large as it fits into `area`, centred: small pictures at a whole multiple with sharp pixels, large
/// ones smoothly. @returns where it was drawn.
QRectF drawPicture(QPainter& painter, const QImage& image, const QRectF& area);
/// The same place without drawing.
QRectF pictureArea(const QSize& image, const QRectF& area);

} // namespace dinoscope
