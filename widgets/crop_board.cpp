// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/crop_board.h"

#include "widgets/picture.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QTextLayout>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace dinoscope {

CropBoard::CropBoard(QWidget* parent) : QWidget(parent) {
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Source picture and crops"));
}

void CropBoard::show(const QImage& source, const QString& caption, std::vector<Crop> crops) {
    source_ = source;
    caption_ = caption;
    crops_ = std::move(crops);
    mark(marked_ < static_cast<int>(crops_.size()) ? marked_ : -1);
}

void CropBoard::setDimmed(bool dimmed) {
    dimmed_ = dimmed;
    update();
}

QRectF CropBoard::sourceArea() const {
    const double side = std::min<double>(width() * 0.28, height());
    return {0, 0, side, static_cast<double>(height())};
}

/// The number of columns that leaves the largest picture in a tile.
std::size_t CropBoard::columns() const {
    const double wide = width() - sourceArea().right() - 12, tall = height();
    const std::size_t count = std::max<std::size_t>(1, crops_.size());
    const double words = 3.0 * fontMetrics().height() + 6;
    std::size_t best = 1;
    double bestSide = -1;
    for (std::size_t columns = 1; columns <= count; ++columns) {
        const std::size_t rows = (count + columns - 1) / columns;
        const double side = std::min(wide / static_cast<double>(columns) - 8, tall / static_cast<double>(rows) - words);
        if (side > bestSide) {
            bestSide = side;
            best = columns;
        }
    }
    return best;
}

QRectF CropBoard::tileArea(std::size_t index) const {
    const double left = sourceArea().right() + 12, top = 0, wide = width() - left, tall = height();
    const std::size_t count = std::max<std::size_t>(1, crops_.size()), best = columns();
    const double rows = std::ceil(static_cast<double>(count) / static_cast<double>(best));
    const QSizeF tile(wide / static_cast<double>(best), tall / rows);
    const std::size_t row = index / best, column = index % best;
    return {left + static_cast<double>(column) * tile.width(), top + static_cast<double>(row) * tile.height(),
            tile.width() - 8, tile.height() - 2};
}

int CropBoard::tileAt(const QPointF& position) const {
    for (std::size_t i = 0; i < crops_.size(); ++i)
        if (tileArea(i).contains(position))
            return static_cast<int>(i);
    return -1;
}

void CropBoard::drawTile(QPainter& painter, std::size_t index) const {
    const Crop& crop = crops_[index];
    const QRectF tile = tileArea(index);
    const double line = fontMetrics().height();
    const QRectF picture = pictureArea(crop.image.size(), tile.adjusted(0, line + 2, 0, -2 * line - 2));
    const bool hot = marked_ == static_cast<int>(index);
    const auto text = [&](double top, ColorRole role, const QString& words) {
        painter.setPen(themeColor(role, palette()));
        painter.drawText(QRectF(tile.left(), top, tile.width(), line), Qt::AlignHCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(words, Qt::ElideRight, static_cast<int>(tile.width())));
    };
    // "Global 2", or "G 2" where that is too long.
    const bool fits = fontMetrics().horizontalAdvance(crop.title) <= tile.width();
    text(tile.top(), hot ? ColorRole::accent : ColorRole::text,
         fits ? crop.title
              : crop.title.left(1) + crop.title.mid(std::max<qsizetype>(0, crop.title.lastIndexOf(QLatin1Char(' ')))));
    if (picture.width() >= 4)
        drawPicture(painter, crop.image, picture);
    const double below = std::min(picture.bottom() + 2, tile.bottom() - 2 * line);
    text(below, crop.isGlobal ? ColorRole::teacher : ColorRole::student, crop.networks);
    text(below + line, ColorRole::mutedText, crop.words);
}

void CropBoard::drawLabel(QPainter& painter, const QString& words, const QPointF& corner) const {
    const QRectF place(corner, QSizeF(fontMetrics().horizontalAdvance(words) + 8, fontMetrics().height()));
    painter.fillRect(place, themeColor(ColorRole::panel, palette()));
    painter.setPen(themeColor(ColorRole::accent, palette()));
    painter.drawText(place, Qt::AlignCenter, words);
}

/// In two lines; what does not fit is in the tool tip.
void CropBoard::drawCaption(QPainter& painter, const QRectF& place) const {
    QTextLayout text(caption_, font());
    text.beginLayout();
    QTextLine first = text.createLine();
    first.setLineWidth(place.width());
    const int used = first.textLength();
    text.endLayout();
    const QRectF upper(place.topLeft(), QSizeF(place.width(), place.height() / 2));
    painter.drawText(upper, Qt::AlignHCenter | Qt::TextSingleLine, caption_.left(used).trimmed());
    painter.drawText(upper.translated(0, upper.height()), Qt::AlignHCenter | Qt::TextSingleLine,
                     fontMetrics().elidedText(caption_.mid(used), Qt::ElideRight, static_cast<int>(place.width())));
}

void CropBoard::paintEvent(QPaintEvent*) {
    if (source_.isNull())
        return;
    QPainter painter(this);
    painter.setOpacity(dimmed_ ? 0.5 : 1);
    const int line = fontMetrics().height();
    const QRectF area = drawPicture(painter, source_, sourceArea().adjusted(2, line + 2, -2, -2 * line - 6));
    painter.setPen(themeColor(ColorRole::text, palette()));
    painter.drawText(QRectF(0, 0, sourceArea().width(), line), Qt::AlignHCenter, tr("Source"));
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    drawCaption(painter, QRectF(0, area.bottom() + 4, sourceArea().width(), 2 * line));
    const QSizeF scale(area.width() / source_.width(), area.height() / source_.height());
    for (std::size_t i = 0; i < crops_.size(); ++i) {
        const QRectF& box = crops_[i].box;
        const bool hot = marked_ == static_cast<int>(i);
        const ColorRole role = crops_[i].isGlobal ? ColorRole::teacher : ColorRole::student;
        painter.setPen(QPen(themeColor(hot ? ColorRole::accent : role, palette()), hot                  ? 3
                                                                                   : crops_[i].isGlobal ? 2
                                                                                                        : 1.5));
        painter.setBrush(Qt::NoBrush);
        const QRectF frame(area.left() + box.left() * scale.width(), area.top() + box.top() * scale.height(),
                           box.width() * scale.width(), box.height() * scale.height());
        painter.drawRect(frame);
        if (hot)
            drawLabel(painter, crops_[i].title, frame.topLeft());
    }
    for (std::size_t i = 0; i < crops_.size(); ++i)
        drawTile(painter, i);
    if (hasFocus()) {
        painter.setPen(themeColor(ColorRole::accent, palette()));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void CropBoard::mouseMoveEvent(QMouseEvent* event) {
    if (const int now = tileAt(event->position()); now != marked_)
        mark(now);
}

void CropBoard::leaveEvent(QEvent*) { mark(-1); }

void CropBoard::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    QToolTip::hideText();
    mark(-1);
}

void CropBoard::mark(int tile) {
    marked_ = tile;
    setAccessibleDescription(tile < 0 ? caption_ : crops_[static_cast<std::size_t>(tile)].details);
    update();
}

void CropBoard::keyPressEvent(QKeyEvent* event) {
    const int count = static_cast<int>(crops_.size()), across = static_cast<int>(columns());
    const int move = event->key() == Qt::Key_Left    ? -1
                     : event->key() == Qt::Key_Right ? 1
                     : event->key() == Qt::Key_Up    ? -across
                     : event->key() == Qt::Key_Down  ? across
                                                     : 0;
    const int to = marked_ < 0 ? 0 : marked_ + move;
    if (move == 0 || to < 0 || to >= count)
        return QWidget::keyPressEvent(event);
    mark(to);
    const auto index = static_cast<std::size_t>(to);
    QToolTip::showText(mapToGlobal(tileArea(index).bottomLeft().toPoint()), crops_[index].details, this);
}

bool CropBoard::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int tile = tileAt(help->pos());
        if (tile >= 0)
            QToolTip::showText(help->globalPos(), crops_[static_cast<std::size_t>(tile)].details, this);
        else if (sourceArea().contains(help->pos()))
            QToolTip::showText(help->globalPos(), caption_, this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace dinoscope
