// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_chooser.h"

#include "ui/probe_controls.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>

namespace dinoscope {
namespace {

constexpr int kMost = 1'000'000'000;

} // namespace

PictureChooser::PictureChooser(Offers offers, QWidget* parent) : QWidget(parent), index_(new QSpinBox(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto* previous = toolButton(LineIcon::previous, {}, tr("Previous picture"), this);
    auto* next = toolButton(LineIcon::next, {}, tr("Next picture"), this);
    index_->setRange(0, kMost);
    index_->setAccessibleName(tr("Number of the picture"));
    index_->setFixedWidth(index_->fontMetrics().horizontalAdvance(QStringLiteral("0000000")) + 16);
    index_->setKeyboardTracking(false); // a number that is being typed is not asked for digit by digit
    index_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    for (QWidget* widget : std::initializer_list<QWidget*>{previous, index_, next})
        row->addWidget(widget);
    connect(previous, &QPushButton::clicked, index_, &QSpinBox::stepDown);
    connect(next, &QPushButton::clicked, index_, &QSpinBox::stepUp);
    connect(index_, &QSpinBox::valueChanged, this, &PictureChooser::chosen);
    if (offers == Offers::neighboursOnly)
        return;
    auto* any = toolButton(LineIcon::shuffle, {}, tr("Any picture"), this);
    row->addWidget(any);
    connect(any, &QPushButton::clicked, this, [this] {
        choose(QRandomGenerator::global()->bounded(static_cast<qint64>(std::max<std::int64_t>(1, count_))));
    });
}

std::int64_t PictureChooser::index() const { return index_->value(); }

void PictureChooser::setCount(std::int64_t count) {
    count_ = std::max<std::int64_t>(1, count);
    const QSignalBlocker quiet(index_);
    index_->setMaximum(static_cast<int>(std::min<std::int64_t>(count_ - 1, kMost)));
}

void PictureChooser::show(std::int64_t index, const QString& meaning) {
    const QSignalBlocker quiet(index_);
    index_->setValue(static_cast<int>(index));
    index_->setAccessibleName(meaning);
    index_->setToolTip(meaning);
}

void PictureChooser::choose(std::int64_t index) { index_->setValue(static_cast<int>(index)); }

} // namespace dinoscope
