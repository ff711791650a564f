// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moment_bar.h"

#include "ui/moment.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace dinoscope {

MomentBar::MomentBar(Moment& moment, QWidget* parent)
    : QWidget(parent), moment_(moment), words_(new QLabel(this)), live_(new QPushButton(tr("Live"), this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 8, 4);
    row->setSpacing(8);
    words_->setWordWrap(true);
    live_->setToolTip(tr("Shows the run as it is now again"));
    live_->setAccessibleName(tr("Back to the present of the run"));
    row->addWidget(words_, 1);
    row->addWidget(live_);
    connect(live_, &QPushButton::clicked, this, [this] { moment_.set(std::nullopt); });
    connect(&moment_, &Moment::changed, this, &MomentBar::follow);
    follow();
}

void MomentBar::follow() {
    if (const auto step = moment_.step())
        words_->setText(tr("The panels show %1. The run itself is not touched.").arg(stepText(*step, true)));
    setVisible(!moment_.isLive());
}

void MomentBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), themeColor(ColorRole::raised, palette()));
    painter.fillRect(QRect(0, 0, 4, height()), themeColor(ColorRole::accent, palette()));
}

} // namespace dinoscope
