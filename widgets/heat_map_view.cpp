// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/heat_map_view.h"

#include "widgets/picture.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

constexpr int kScaleWidth = 68;

/// Three figures, without an exponent where there is room.
QString scaleText(double value) {
    return std::abs(value) >= 100 && std::abs(value) < 1e6 ? QString::number(value, 'f', 0)
                                                           : QString::number(value, 'g', 3);
}

} // namespace

HeatMapView::HeatMapView(const QString& title, ColorRole role, QWidget* parent)
    : QWidget(parent), title_(title), role_(role) {
    setAccessibleName(title);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

QSize HeatMapView::sizeHint() const { return small_ ? QSize(64, 84) : QSize(240, 200); }
QSize HeatMapView::minimumSizeHint() const { return small_ ? QSize(36, 48) : QSize(100, 70); }

void HeatMapView::setTitle(const QString& title) {
    title_ = title;
    setAccessibleName(title);
    update();
}

void HeatMapView::setPicture(const QImage& picture) {
    picture_ = picture;
    update();
}

void HeatMapView::setMap(std::vector<float> map, int rows, int columns) {
    map_ = std::move(map);
    rows_ = rows;
    columns_ = columns;
    makeOverlay();
}

void HeatMapView::makeOverlay() {
    overlay_ = {};
    if (!map_.empty() && rows_ * columns_ == static_cast<int>(map_.size())) {
        low_ = std::numeric_limits<double>::infinity();
        high_ = -low_;
        for (const double value : map_)
            if (std::isfinite(value)) {
                low_ = std::min(low_, value);
                high_ = std::max(high_, value);
            }
        overlay_ = QImage(columns_, rows_, QImage::Format_ARGB32);
        for (int row = 0; row < rows_; ++row)
            for (int column = 0; column < columns_; ++column) {
                const double value = map_[static_cast<std::size_t>(row * columns_ + column)];
                const double share = high_ > low_ ? (value - low_) / (high_ - low_) : 0;
                overlay_.setPixel(column, row, std::isfinite(value) ? mapColor(colors_, share) : qRgba(0, 0, 0, 0));
            }
    }
    update();
}

void HeatMapView::setOpacity(double opacity) {
    opacity_ = opacity;
    update();
}

void HeatMapView::setColorMap(ColorMap map) {
    colors_ = map;
    makeOverlay();
}

void HeatMapView::setQuery(int cell) {
    query_ = cell;
    update();
}

void HeatMapView::setCaption(const QString& caption) {
    caption_ = caption;
    setAccessibleDescription(caption);
    update();
}

void HeatMapView::setDimmed(bool dimmed) {
    dimmed_ = dimmed;
    update();
}

void HeatMapView::setSmall(bool small) {
    small_ = small;
    updateGeometry();
}

void HeatMapView::setSelected(bool selected) {
    selected_ = selected;
    update();
}

QRectF HeatMapView::place() const {
    const int line = fontMetrics().height();
    QRectF area(0, line + 2, width(), height() - line - 2);
    if (small_)
        area.adjust(3, 0, -3, -3);
    else
        area.adjust(0, 0, -kScaleWidth, caption_.isEmpty() ? 0 : -line - 2);
    return pictureArea(picture_.size(), area);
}

void HeatMapView::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int line = fontMetrics().height();
    const QRectF area = place();
    const double center = picture_.isNull() ? width() / 2.0 : area.center().x();
    const auto write = [&](double top, ColorRole role,
                           const QString& words) { // below or above the picture, inside the widget
        const double wide = std::min(fontMetrics().horizontalAdvance(words) + 2, width());
        painter.setPen(themeColor(role, palette()));
        painter.drawText(QRectF(std::clamp(center - wide / 2, 0.0, width() - wide), top, wide, line),
                         Qt::AlignLeft | Qt::TextSingleLine, fontMetrics().elidedText(words, Qt::ElideRight, width()));
    };
    write(picture_.isNull() ? 0 : area.top() - line - 2, role_, title_);
    if (picture_.isNull())
        return;
    painter.setOpacity(dimmed_ ? 0.5 : 1);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, area.width() < 2 * picture_.width());
    painter.drawImage(area, picture_);
    if (!overlay_.isNull()) {
        painter.setOpacity((dimmed_ ? 0.5 : 1) * opacity_);
        painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
        painter.drawImage(area, overlay_);
        painter.setOpacity(1);
        if (query_ >= 0 && query_ < rows_ * columns_) {
            const QSizeF cell(area.width() / columns_, area.height() / rows_);
            const int row = query_ / columns_, column = query_ % columns_;
            painter.setPen(QPen(Qt::white, 2));
            painter.drawRect(QRectF(area.topLeft() + QPointF(column * cell.width(), row * cell.height()), cell));
        }
    }
    painter.setOpacity(1);
    if (selected_ || hasFocus()) {
        painter.setPen(QPen(themeColor(ColorRole::accent, palette()), 2));
        painter.drawRect(area.adjusted(-1, -1, 1, 1));
    }
    if (small_)
        return;
    write(area.bottom() + 2, ColorRole::mutedText, caption_);
    if (overlay_.isNull())
        return;
    const QRectF bar(area.right() + 8, area.top(), 8, area.height());
    for (int y = 0; y < static_cast<int>(bar.height()); ++y)
        painter.fillRect(QRectF(bar.left(), bar.top() + y, bar.width(), 1),
                         QColor(mapColor(colors_, 1 - y / std::max(1.0, bar.height() - 1))));
    QFont small = font();
    small.setPointSizeF(9);
    painter.setFont(small);
    const QRectF numbers(bar.right() + 4, bar.top(), kScaleWidth - 20, bar.height());
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignTop, scaleText(high_));
    painter.drawText(numbers, Qt::AlignLeft | Qt::AlignBottom, scaleText(low_));
}

void HeatMapView::mousePressEvent(QMouseEvent* event) {
    emit clicked();
    const QRectF area = place();
    if (columns_ <= 0 || rows_ <= 0 || !area.contains(event->position()))
        return;
    const int column =
        std::clamp(static_cast<int>((event->position().x() - area.left()) / area.width() * columns_), 0, columns_ - 1);
    const int row =
        std::clamp(static_cast<int>((event->position().y() - area.top()) / area.height() * rows_), 0, rows_ - 1);
    emit cellClicked(row * columns_ + column);
}

void HeatMapView::keyPressEvent(QKeyEvent* event) {
    const int across = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    const int down = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    if (event->key() == Qt::Key_Space || event->key() == Qt::Key_Return)
        emit clicked();
    else if ((across != 0 || down != 0) && rows_ > 0 && columns_ > 0) {
        const int row = query_ < 0 ? rows_ / 2 : std::clamp(query_ / columns_ + down, 0, rows_ - 1);
        const int column = query_ < 0 ? columns_ / 2 : std::clamp(query_ % columns_ + across, 0, columns_ - 1);
        emit cellClicked(row * columns_ + column);
    } else
        QWidget::keyPressEvent(event);
}

} // namespace dinoscope
