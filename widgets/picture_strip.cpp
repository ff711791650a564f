// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/picture_strip.h"

#include "widgets/picture.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr double kGap = 6, kFrame = 2;
constexpr double kFewestWords = 2.5; // side of a picture in line heights, below which words are left out

} // namespace

PictureStrip::PictureStrip(const QString& title, ColorRole role, QWidget* parent)
    : QWidget(parent), title_(title), role_(role) {
    setAccessibleName(title);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void PictureStrip::setTiles(std::vector<Tile> tiles) {
    tiles_ = std::move(tiles);
    current_ = std::clamp(current_, 0, std::max(0, static_cast<int>(tiles_.size()) - 1));
    QStringList words;
    for (const Tile& tile : tiles_)
        words << tile.words;
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    update();
}

void PictureStrip::setRemark(const QString& remark) {
    remark_ = remark;
    update();
}

void PictureStrip::setDimmed(bool dimmed) {
    dimmed_ = dimmed;
    update();
}

PictureStrip::Grid PictureStrip::gridWith(int line) const {
    const int count = std::max(1, static_cast<int>(tiles_.size()));
    const double high = height() - fontMetrics().height() - 4;
    Grid best{1, 0, line};
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double side = std::min((width() - 2 * kFrame - (columns - 1) * kGap) / columns,
                                     (high - 2 * kFrame - (rows - 1) * kGap) / rows - line);
        if (side > best.side)
            best = {columns, side, line};
    }
    return best;
}

PictureStrip::Grid PictureStrip::grid() const {
    const int line = fontMetrics().height();
    const Grid captioned = gridWith(line);
    return captioned.side >= kFewestWords * line ? captioned : gridWith(0);
}

QRectF PictureStrip::tileArea(int tile) const {
    const Grid g = grid();
    const double across = std::min(g.side + 2 * g.line, (width() - 2 * kFrame + kGap) / g.columns - kGap);
    return {kFrame + tile % g.columns * (across + kGap),
            fontMetrics().height() + 4 + kFrame + tile / g.columns * (g.side + g.line + kGap), across, g.side + g.line};
}

int PictureStrip::tileAt(const QPointF& position) const {
    for (int tile = 0; tile < static_cast<int>(tiles_.size()); ++tile)
        if (tileArea(tile).contains(position))
            return tile;
    return -1;
}

void PictureStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int line = fontMetrics().height();
    painter.setPen(themeColor(role_, palette()));
    painter.drawText(QRectF(0, 0, width(), line), Qt::AlignLeft | Qt::TextSingleLine,
                     fontMetrics().elidedText(title_, Qt::ElideRight, width()));
    const int used = fontMetrics().horizontalAdvance(title_) + 10;
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    if (used < width())
        painter.drawText(QRectF(used, 0, width() - used, line), Qt::AlignLeft | Qt::TextSingleLine,
                         fontMetrics().elidedText(remark_, Qt::ElideRight, width() - used));
    painter.setOpacity(dimmed_ ? 0.5 : 1);
    const int words = grid().line;
    for (int i = 0; i < static_cast<int>(tiles_.size()); ++i) {
        const Tile& tile = tiles_[static_cast<std::size_t>(i)];
        const QRectF area = tileArea(i);
        const QRectF place = drawPicture(painter, tile.picture, area.adjusted(0, 0, 0, -words));
        const bool current = hasFocus() && i == current_;
        if (tile.marked || current) {
            painter.setPen(QPen(themeColor(current ? ColorRole::accent : ColorRole::good, palette()), 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(place.adjusted(-1, -1, 1, 1));
        }
        if (words == 0)
            continue;
        painter.setPen(themeColor(ColorRole::text, palette()));
        const QString caption = (tile.marked ? QStringLiteral("✓ ") : QString()) + tile.words;
        painter.drawText(QRectF(area.left(), area.bottom() - words, area.width(), words),
                         Qt::AlignHCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(caption, Qt::ElideRight, static_cast<int>(area.width())));
    }
}

bool PictureStrip::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int tile = tileAt(help->pos());
    if (tile >= 0)
        QToolTip::showText(help->globalPos(), tiles_[static_cast<std::size_t>(tile)].details, this);
    else
        QToolTip::hideText();
    return true;
}

void PictureStrip::mousePressEvent(QMouseEvent* event) {
    const int tile = event->button() == Qt::LeftButton ? tileAt(event->position()) : -1;
    if (tile < 0)
        return QWidget::mousePressEvent(event);
    current_ = tile;
    update();
    emit chosen(tile);
}

void PictureStrip::mouseDoubleClickEvent(QMouseEvent* event) {
    const int tile = event->button() == Qt::LeftButton ? tileAt(event->position()) : -1;
    if (tile >= 0 && tile == current_)
        emit opened(tile);
}

void PictureStrip::contextMenuEvent(QContextMenuEvent* event) {
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int tile = tiles_.empty() ? -1 : byKey ? current_ : tileAt(event->pos());
    if (tile < 0)
        return event->ignore();
    current_ = tile;
    update();
    emit menuAsked(tile, byKey ? mapToGlobal(tileArea(tile).center().toPoint()) : event->globalPos());
}

void PictureStrip::keyPressEvent(QKeyEvent* event) {
    const int columns = grid().columns;
    const int move = event->key() == Qt::Key_Left    ? -1
                     : event->key() == Qt::Key_Right ? 1
                     : event->key() == Qt::Key_Up    ? -columns
                     : event->key() == Qt::Key_Down  ? columns
                                                     : 0;
    const int count = static_cast<int>(tiles_.size());
    if (move != 0 && current_ + move >= 0 && current_ + move < count) {
        current_ += move;
        update();
    } else if (count > 0 && event->key() == Qt::Key_Space) {
        emit chosen(current_);
    } else if (count > 0 && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit chosen(current_);
        emit opened(current_);
    } else {
        QWidget::keyPressEvent(event);
    }
}

} // namespace dinoscope
