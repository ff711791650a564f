// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar_strip.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kScaleWidth = 52;

QString figure(double value) {
    const bool isWhole = value == std::round(value) && std::abs(value) < 1e6;
    return QString::number(value, 'g', isWhole ? 6 : 3);
}

} // namespace

BarStrip::BarStrip(const QString& title, ColorRole role, QWidget* parent)
    : QWidget(parent), title_(title), role_(role) {
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void BarStrip::setValues(std::vector<float> values) {
    values_ = std::move(values);
    low_ = high_ = 0;
    for (const float value : values_)
        if (std::isfinite(value)) {
            low_ = std::min(low_, static_cast<double>(value));
            high_ = std::max(high_, static_cast<double>(value));
        }
    if (high_ <= low_)
        high_ = low_ + 1;
    update();
}

void BarStrip::setNames(std::vector<Name> names) {
    names_ = std::move(names);
    update();
}

void BarStrip::setNote(const QString& note) {
    note_ = note;
    setAccessibleDescription(note);
    update();
}

QRectF BarStrip::barArea() const {
    const double top = fontMetrics().height() + 4;
    const double below = namesFit() ? QFontMetrics(smallFont()).height() : 0;
    return {0, top, std::max(1.0, static_cast<double>(width() - kScaleWidth)),
            std::max(1.0, height() - top - below - 2)};
}

QFont BarStrip::smallFont() const {
    QFont small = font();
    small.setPointSizeF(9);
    return small;
}

bool BarStrip::namesFit() const {
    if (names_.empty() || names_.size() != values_.size())
        return false;
    const QFontMetrics metrics(smallFont());
    const int room = (width() - kScaleWidth) / static_cast<int>(names_.size());
    return std::all_of(names_.begin(), names_.end(),
                       [&](const Name& name) { return metrics.horizontalAdvance(name.shortName) + 4 <= room; });
}

void BarStrip::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF area = barArea();
    painter.setPen(themeColor(ColorRole::text, palette()));
    const int titleWidth = fontMetrics().horizontalAdvance(title_);
    painter.drawText(0, fontMetrics().ascent(), title_);
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    painter.drawText(QRect(titleWidth + 8, 0, width() - titleWidth - 8, fontMetrics().height()), Qt::AlignRight,
                     fontMetrics().elidedText(note_, Qt::ElideRight, width() - titleWidth - 8));
    const auto yOf = [&](double value) { return area.bottom() - (value - low_) / (high_ - low_) * area.height(); };
    painter.setPen(QPen(themeColor(ColorRole::line, palette()), 1));
    painter.drawLine(QPointF(area.left(), yOf(0)), QPointF(area.right(), yOf(0)));
    if (values_.empty())
        return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(role_, palette()));
    const std::size_t count = values_.size();
    const auto columns = std::min<std::size_t>(count, static_cast<std::size_t>(area.width()));
    const double pitch = area.width() / static_cast<double>(columns);
    const double gap = pitch >= 4 ? 1 : 0;
    for (std::size_t column = 0; column < columns; ++column) {
        double low = 0, high = 0;
        for (std::size_t i = column * count / columns; i < (column + 1) * count / columns; ++i) {
            if (std::isnan(values_[i]))
                continue;
            // An infinite value reaches the end of the scale.
            low = std::max(low_, std::min(low, static_cast<double>(values_[i])));
            high = std::min(high_, std::max(high, static_cast<double>(values_[i])));
        }
        const double top = yOf(high), bottom = yOf(low);
        painter.drawRect(
            QRectF(area.left() + column * pitch, top, std::max(0.5, pitch - gap), std::max(0.5, bottom - top)));
    }
    painter.setPen(themeColor(ColorRole::mutedText, palette()));
    painter.setFont(smallFont());
    const QRectF scale(area.right() + 4, area.top(), kScaleWidth - 4, area.height());
    painter.drawText(scale, Qt::AlignRight | Qt::AlignTop, figure(high_));
    if (scale.height() >= 2 * painter.fontMetrics().height())
        painter.drawText(scale, Qt::AlignRight | Qt::AlignBottom, figure(low_));
    for (std::size_t i = 0; namesFit() && i < count; ++i)
        painter.drawText(QRectF(area.left() + static_cast<double>(i) * pitch, area.bottom() + 2, pitch,
                                painter.fontMetrics().height()),
                         Qt::AlignHCenter | Qt::TextSingleLine, names_[i].shortName);
}

bool BarStrip::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && !values_.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const double share = (help->pos().x() - barArea().left()) / barArea().width();
        if (share >= 0 && share < 1) {
            const auto index = static_cast<std::size_t>(share * static_cast<double>(values_.size()));
            const QString name =
                index < names_.size() ? names_[index].name : tr("Dimension %1").arg(static_cast<qulonglong>(index));
            QToolTip::showText(help->globalPos(),
                               tr("%1: %2").arg(name, QString::number(static_cast<double>(values_[index]))), this);
            return true;
        }
    }
    return QWidget::event(event);
}

} // namespace dinoscope
