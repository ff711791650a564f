// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/message_bar.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

namespace dinoscope {

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent), mark_(new QLabel(this)), label_(new QLabel(this)), buttons_(new QHBoxLayout) {
    setObjectName(QStringLiteral("messageBar"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 8, 8, 8);
    row->setSpacing(8);
    mark_->setProperty("heading", true);
    label_->setWordWrap(true);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QPushButton(tr("Close"), this);
    close->setAccessibleName(tr("Close the message"));
    connect(close, &QPushButton::clicked, this, &MessageBar::clear);
    row->addWidget(mark_);
    row->addWidget(label_, 1);
    row->addLayout(buttons_);
    row->addWidget(close);
    hide();
}

void MessageBar::say(Kind kind, const QString& sentence, const QList<QAction*>& ways) {
    while (QLayoutItem* former = buttons_->takeAt(0)) {
        former->widget()->deleteLater();
        former->widget()->hide();
        delete former;
    }
    for (QAction* way : ways) {
        auto* button = new QPushButton(way->text(), this);
        button->setToolTip(way->toolTip());
        button->setEnabled(way->isEnabled());
        connect(button, &QPushButton::clicked, way, &QAction::trigger);
        connect(way, &QAction::changed, button, [button, way] { button->setEnabled(way->isEnabled()); });
        buttons_->addWidget(button);
    }
    kind_ = kind;
    mark_->setText(kind == Kind::error ? tr("Error") : kind == Kind::warning ? tr("Warning") : tr("Note"));
    label_->setText(sentence);
    label_->setAccessibleName(sentence);
    show();
    update();
}

QString MessageBar::sentence() const { return isVisibleTo(parentWidget()) ? label_->text() : QString(); }

void MessageBar::paintEvent(QPaintEvent*) {
    const ColorRole role = kind_ == Kind::error     ? ColorRole::bad
                           : kind_ == Kind::warning ? ColorRole::warning
                                                    : ColorRole::accent;
    QPainter painter(this);
    painter.fillRect(rect(), themeColor(ColorRole::raised, palette()));
    painter.fillRect(QRect(0, 0, 4, height()), themeColor(role, palette()));
}

} // namespace dinoscope
