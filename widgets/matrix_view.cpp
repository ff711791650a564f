// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/matrix_view.h"

#include "widgets/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace dinoscope {

MatrixView::MatrixView(const QString& rowName, const QString& columnName, QWidget* parent)
    : QWidget(parent), rowName_(rowName), columnName_(columnName) {
    setAccessibleName(tr("%1 by %2").arg(rowName, columnName));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void MatrixView::setValues(std::vector<double> values, int rows, int columns) {
    values_ = std::move(values);
    rows_ = rows;
    columns_ = columns;
    update();
}

void MatrixView::paintEvent(QPaintEvent*) {
    if (rows_ <= 0 || columns_ <= 0 ||
        values_.size() != static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_))
        return;
    QPainter painter(this);
    QFont small = font();
    small.setPointSizeF(9);
    painter.setFont(small);
    const QFontMetrics metrics(small);
    const double head = metrics.height() + 2, side = metrics.horizontalAdvance(rowName_) + 26;
    const QSizeF cell((width() - side) / columns_, std::min((height() - head) / rows_, 26.0));
    double low = INFINITY, high = -INFINITY;
    for (const double value : values_)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    for (int row = 0; row < rows_; ++row)
        painter.drawText(QRectF(0, head + row * cell.height(), side - 6, cell.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("%1 %2").arg(rowName_).arg(row + 1));
    for (int column = 0; column < columns_; ++column)
        painter.drawText(QRectF(side + column * cell.width(), 0, cell.width(), head), Qt::AlignCenter,
                         QString::number(column + 1));
    painter.drawText(QRectF(0, 0, side - 6, head), Qt::AlignRight | Qt::AlignVCenter, columnName_);
    for (int row = 0; row < rows_; ++row)
        for (int column = 0; column < columns_; ++column) {
            const double value = values_[static_cast<std::size_t>(row * columns_ + column)];
            const QRectF place(side + column * cell.width() + 1, head + row * cell.height() + 1, cell.width() - 2,
                               cell.height() - 2);
            QColor shade = themeColor(ColorRole::accent, palette());
            shade.setAlphaF(std::isfinite(value)
                                ? static_cast<float>(0.1 + 0.35 * (high > low ? (value - low) / (high - low) : 0))
                                : 0.0F);
            painter.fillRect(place, shade);
            painter.setPen(themeColor(std::isfinite(value) ? ColorRole::text : ColorRole::mutedText, palette()));
            painter.drawText(place, Qt::AlignCenter,
                             std::isfinite(value) ? QString::number(value, 'f', 2) : QStringLiteral("–"));
        }
}

} // namespace dinoscope
