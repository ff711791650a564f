// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/picture.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace dinoscope {

QRectF pictureArea(const QSize& image, const QRectF& area) {
    if (image.isEmpty())
        return {};
    double scale = std::min(area.width() / image.width(), area.height() / image.height());
    if (scale >= 2)
        scale = std::floor(scale);
    const QSizeF size(image.width() * scale, image.height() * scale);
    return {std::floor(area.center().x() - size.width() / 2), std::floor(area.center().y() - size.height() / 2),
            size.width(), size.height()};
}

QRectF drawPicture(QPainter& painter, const QImage& image, const QRectF& area) {
    const QRectF place = pictureArea(image.size(), area);
    if (place.isEmpty())
        return place;
    painter.setRenderHint(QPainter::SmoothPixmapTransform, place.width() < 2 * image.width());
    painter.drawImage(place, image);
    return place;
}

} // namespace dinoscope
