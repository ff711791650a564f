// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_chooser.h"

#include "ui/probe_controls.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QRandomGenerator>
#include <QSpinBox>

#include <algorithm>

namespace dinoscope {

PictureChooser::PictureChooser(Offers offers, QWidget* parent) : QWidget(parent), index_(new QSpinBox(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    auto* previous = toolButton(LineIcon::previous, {}, tr("Previous picture"), this);
    auto* next = toolButton(LineIcon::next, {}, tr("Next picture"), this);
    index_->setRange(0, 1'000'000'000);
    index_->setAccessibleName(tr("Number of the picture"));
    index_->setFixedWidth(64);
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

void PictureChooser::choose(std::int64_t index) { index_->setValue(static_cast<int>(index)); }

} // namespace dinoscope
