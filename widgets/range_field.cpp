// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/range_field.h"

#include "widgets/idle_wheel.h"
#include "widgets/range_slider.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kRestMs = 150; // of a handle that is held, after which its place counts
constexpr int kDecimals = 2;
constexpr double kStep = 0.01;

} // namespace

RangeField::RangeField(const QString& label, const QString& lowName, const QString& highName, double least, double most,
                       QWidget* parent)
    : QWidget(parent), low_(makeBox(lowName, least, most)), high_(makeBox(highName, least, most)),
      slider_(new RangeSlider(least, most, this)), settledLow_(least), settledHigh_(most) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto* words = new QLabel(label, this);
    words->setBuddy(low_);
    row->addWidget(words);
    row->addWidget(low_);
    row->addWidget(slider_, 1);
    row->addWidget(high_);
    rest_.setSingleShot(true);
    rest_.setInterval(kRestMs);
    connect(&rest_, &QTimer::timeout, this, &RangeField::settle);
    connect(low_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        showRange(value, std::max(value, high_->value()));
        settle();
    });
    connect(high_, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        showRange(std::min(value, low_->value()), value);
        settle();
    });
    connect(slider_, &RangeSlider::moved, this, [this](double low, double high) {
        showRange(low, high);
        rest_.start();
    });
    connect(slider_, &RangeSlider::released, this, &RangeField::settle);
    showRange(least, most);
}

QDoubleSpinBox* RangeField::makeBox(const QString& name, double least, double most) {
    auto* box = new QDoubleSpinBox(this);
    box->setAccessibleName(name);
    box->setDecimals(kDecimals);
    box->setSingleStep(kStep);
    box->setRange(least, most);
    box->setKeyboardTracking(false);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    leaveIdleWheel(*box);
    box->setFixedWidth(box->fontMetrics().horizontalAdvance(QStringLiteral("0.00")) + 24);
    return box;
}

double RangeField::low() const { return low_->value(); }
double RangeField::high() const { return high_->value(); }

void RangeField::setValues(double low, double high) {
    if (slider_->isHeld() || rest_.isActive())
        return;
    showRange(low, high);
    settledLow_ = this->low(); // rounded as it is shown
    settledHigh_ = this->high();
}

void RangeField::showRange(double low, double high) {
    const QSignalBlocker quietLow(low_), quietHigh(high_);
    low_->setValue(low);
    high_->setValue(high);
    slider_->setRange(low, high);
}

void RangeField::settle() {
    rest_.stop();
    if (low() == settledLow_ && high() == settledHigh_)
        return;
    settledLow_ = low();
    settledHigh_ = high();
    emit settled(settledLow_, settledHigh_);
}

} // namespace dinoscope
