// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_panel.h"

#include "ui/picture_menu.h"

#include <QContextMenuEvent>
#include <QLabel>
#include <QStyle>

namespace dinoscope {

PicturePanel::PicturePanel(const PanelContext& context, ProbeKind kind, PictureSource::Offers offers, QWidget* parent)
    : ProbePanel(context, kind, parent), source_(new PictureSource(offers, *this)), note_(new QLabel(this)) {
    note_->setWordWrap(true);
    note_->setTextFormat(Qt::PlainText);
    note_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    note_->hide();
    connect(source_, &PictureSource::changed, this, [this] { ask(); });
    connect(source_, &PictureSource::said, this, &PicturePanel::showNote);
}

void PicturePanel::onSnapshot(const Snapshot& snapshot) {
    source_->follow(snapshot);
    ProbePanel::onSnapshot(snapshot);
}

QString PicturePanel::note() const { return note_->isHidden() ? QString() : note_->text(); }

void PicturePanel::showNote(const QString& sentence, bool isBad) {
    note_->setProperty("tone", isBad ? QStringLiteral("bad") : QString());
    note_->setProperty("muted", !isBad);
    note_->style()->unpolish(note_);
    note_->style()->polish(note_);
    note_->setText(sentence);
    note_->setVisible(!sentence.isEmpty());
}

void PicturePanel::contextMenuEvent(QContextMenuEvent* event) {
    if (!answerStep())
        return event->ignore(); // nothing is shown
    showMenu(source_->shown(), event->globalPos());
}

void PicturePanel::showMenu(const PictureRef& picture, const QPoint& globalPosition) {
    popUpPictureMenu(*this, picture, globalPosition);
}

} // namespace dinoscope
