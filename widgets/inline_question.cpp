// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/inline_question.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include <utility>

namespace dinoscope {

InlineQuestion::InlineQuestion(QWidget* parent)
    : QWidget(parent), sentence_(new QLabel(this)), yes_(new QPushButton(this)),
      no_(new QPushButton(tr("Leave it"), this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    sentence_->setWordWrap(true);
    row->addWidget(sentence_, 1);
    row->addWidget(yes_);
    row->addWidget(no_);
    connect(yes_, &QPushButton::clicked, this, [this] {
        hide();
        if (agreed_)
            std::exchange(agreed_, nullptr)();
    });
    connect(no_, &QPushButton::clicked, this, [this] { withdraw(); });
    hide();
}

void InlineQuestion::ask(const QString& sentence, const QString& yes, std::function<void()> agreed) {
    sentence_->setText(sentence);
    yes_->setText(yes);
    yes_->setAccessibleDescription(sentence);
    agreed_ = std::move(agreed);
    show();
    no_->setFocus();
}

QString InlineQuestion::sentence() const { return isHidden() ? QString() : sentence_->text(); }

} // namespace dinoscope
