// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/value_slider.h"

#include <QSignalBlocker>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

constexpr int kPositions = 1000;

} // namespace

ValueSlider::ValueSlider(double low, double high, bool logarithmic, QWidget* parent)
    : QSlider(Qt::Horizontal, parent), low_(low), high_(high), logarithmic_(logarithmic) {
    setRange(0, kPositions);
    setSingleStep(5);
    setPageStep(50);
    setFocusPolicy(Qt::StrongFocus);
    connect(this, &QSlider::valueChanged, this, [this] {
        emit moved(realValue());
        if (!isSliderDown())
            emit settled(realValue());
    });
    connect(this, &QSlider::sliderReleased, this, [this] { emit settled(realValue()); });
}

double ValueSlider::realValue() const {
    const double share = static_cast<double>(value()) / kPositions;
    const double exact = logarithmic_ ? low_ * std::pow(high_ / low_, share) : low_ + share * (high_ - low_);
    // Three significant figures: as fine as the positions, and short to read.
    if (exact == 0)
        return 0;
    return std::clamp(QString::number(exact, 'g', 3).toDouble(), low_, high_);
}

void ValueSlider::setRealValue(double value) {
    const double inside = std::clamp(value, low_, high_);
    const double share =
        logarithmic_ ? std::log(inside / low_) / std::log(high_ / low_) : (inside - low_) / (high_ - low_);
    const QSignalBlocker quiet(this);
    setValue(static_cast<int>(std::lround(share * kPositions)));
}

void ValueSlider::wheelEvent(QWheelEvent* event) {
    if (hasFocus())
        QSlider::wheelEvent(event);
    else
        event->ignore();
}

} // namespace dinoscope
