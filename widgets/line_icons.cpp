// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/line_icons.h"

#include <QPainter>
#include <QPalette>
#include <QPixmap>
#include <QSvgRenderer>

namespace dinoscope {
namespace {

/// Shapes on a grid of 24 x 24; the frame adds stroke and colour.
const char* shapeOf(LineIcon icon) {
    switch (icon) {
    case LineIcon::run: return "<path d='M7 4.5v15l12-7.5z'/>";
    case LineIcon::pause: return "<path d='M8 5v14M16 5v14'/>";
    case LineIcon::step: return "<path d='M5 5v14l10-7zM19 5v14'/>";
    case LineIcon::stop: return "<rect x='6' y='6' width='12' height='12' rx='1'/>";
    case LineIcon::plus: return "<path d='M12 5v14M5 12h14'/>";
    case LineIcon::previous: return "<path d='M15 5l-7 7 7 7'/>";
    case LineIcon::next: return "<path d='M9 5l7 7-7 7'/>";
    case LineIcon::shuffle:
        return "<path d='M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5'/>";
    case LineIcon::freeze: return "<path d='M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9'/>";
    case LineIcon::save: return "<path d='M12 4v11M7 10.5l5 5 5-5M5 20h14'/>";
    case LineIcon::send: return "<path d='M12 15V4M7 8.5l5-5 5 5M5 14v6h14v-6'/>";
    case LineIcon::search: return "<circle cx='10.5' cy='10.5' r='6'/><path d='M15 15l5 5'/>";
    case LineIcon::open: return "<path d='M3 19V6h6l2 2.5h8V11M3 19l3.2-8H22l-3.4 8z'/>";
    case LineIcon::more: return "<path stroke-width='3.2' d='M5 12h.01M12 12h.01M19 12h.01'/>";
    case LineIcon::lens:
        return "<circle cx='12' cy='12' r='8'/><circle cx='12' cy='12' r='3'/><path d='M12 4v3M12 17v3M4 12h3M17 "
               "12h3'/>";
    }
    return "";
}

QPixmap draw(LineIcon icon, const QColor& color, int side) {
    const QByteArray svg =
        QByteArray("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='") +
        color.name().toLatin1() + "' stroke-opacity='" + QByteArray::number(color.alphaF(), 'f', 2) +
        "' stroke-width='1.8' stroke-linecap='round' stroke-linejoin='round'>" + shapeOf(icon) + "</svg>";
    QPixmap pixmap(side, side);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    QSvgRenderer renderer(svg);
    renderer.render(&painter);
    return pixmap;
}

} // namespace

QIcon lineIcon(LineIcon icon, const QPalette& palette) {
    QIcon result;
    for (const int side : {16, 24, 32, 48}) {
        result.addPixmap(draw(icon, palette.color(QPalette::Active, QPalette::ButtonText), side), QIcon::Normal);
        result.addPixmap(draw(icon, palette.color(QPalette::Disabled, QPalette::ButtonText), side), QIcon::Disabled);
    }
    return result;
}

} // namespace dinoscope
