// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/range_slider.h"

#include "widgets/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr double kRadius = 6;
constexpr double kGrain = 100; // values are whole hundredths, short to read

} // namespace

RangeSlider::RangeSlider(double least, double most, QWidget* parent)
    : QWidget(parent), least_(least), most_(most), low_(least), high_(most) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMouseTracking(true);
}

void RangeSlider::setRange(double low, double high) {
    low_ = std::clamp(low, least_, most_);
    high_ = std::clamp(high, low_, most_);
    update();
}

double RangeSlider::placeOf(double value) const {
    return kRadius + (value - least_) / (most_ - least_) * (width() - 2 * kRadius);
}

double RangeSlider::valueAt(double x) const {
    const double share = (x - kRadius) / std::max(1.0, width() - 2 * kRadius);
    return std::clamp(std::round((least_ + share * (most_ - least_)) * kGrain) / kGrain, least_, most_);
}

void RangeSlider::moveTo(double value) {
    if (held_ == Handle::low) {
        low_ = value;
        high_ = std::max(high_, value);
    } else {
        high_ = value;
        low_ = std::min(low_, value);
    }
    update();
    emit moved(low_, high_);
}

void RangeSlider::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    const double x = event->position().x(), toLow = std::abs(x - placeOf(low_)), toHigh = std::abs(x - placeOf(high_));
    // Where both lie on each other the side of the click tells which one is meant.
    const bool low = toLow < toHigh || (toLow == toHigh && x < placeOf(low_));
    held_ = low ? Handle::low : Handle::high;
    moveTo(valueAt(x));
}

void RangeSlider::mouseMoveEvent(QMouseEvent* event) {
    if (held_ != Handle::none)
        moveTo(valueAt(event->position().x()));
}

void RangeSlider::mouseReleaseEvent(QMouseEvent*) {
    if (held_ == Handle::none)
        return;
    held_ = Handle::none;
    update();
    emit released();
}

void RangeSlider::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double middle = height() / 2.0, left = placeOf(low_), right = placeOf(high_);
    const QColor color = themeColor(isEnabled() ? ColorRole::accent : ColorRole::mutedText, palette());
    painter.setBrush(themeColor(ColorRole::line, palette()));
    painter.drawRoundedRect(QRectF(kRadius, middle - 2, width() - 2 * kRadius, 4), 2, 2);
    painter.setBrush(color);
    painter.drawRect(QRectF(left, middle - 2, right - left, 4));
    painter.setPen(QPen(themeColor(ColorRole::panel, palette()), 2));
    for (const double place : {left, right})
        painter.drawEllipse(QPointF(place, middle), kRadius, kRadius);
}

} // namespace dinoscope
