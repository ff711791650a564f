// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_drop.h"

#include "ui/picture_reader.h"

#include <QApplication>
#include <QClipboard>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QShortcut>

namespace dinoscope {

PictureDrop::PictureDrop(QWidget& target) : QObject(&target), target_(target), hint_(new QLabel(&target)) {
    target_.setAcceptDrops(true);
    target_.setFocusPolicy(Qt::ClickFocus); // so that a click on it leads a paste here
    target_.installEventFilter(this);
    hint_->setText(tr("Drop the picture here"));
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setProperty("dropHint", true);
    hint_->setAttribute(Qt::WA_TransparentForMouseEvents);
    hint_->hide();
    auto* paste = new QShortcut(QKeySequence::Paste, &target, this, &PictureDrop::paste);
    paste->setContext(Qt::WidgetWithChildrenShortcut);
}

void PictureDrop::paste() {
    const QMimeData nothing;
    const QMimeData* held = QApplication::clipboard()->mimeData();
    emit brought(held ? *held : nothing);
}

void PictureDrop::showHint(bool on) {
    hint_->setGeometry(target_.rect());
    hint_->setVisible(on);
    hint_->raise();
}

bool PictureDrop::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::DragEnter:
    case QEvent::DragMove: {
        auto* drag = static_cast<QDropEvent*>(event);
        if (!PictureReader::canTake(*drag->mimeData()))
            return false;
        drag->setDropAction(Qt::CopyAction);
        drag->accept();
        showHint(true);
        return true;
    }
    case QEvent::DragLeave: showHint(false); return true;
    case QEvent::Drop: {
        auto* drop = static_cast<QDropEvent*>(event);
        showHint(false);
        drop->setDropAction(Qt::CopyAction);
        drop->accept();
        emit brought(*drop->mimeData());
        return true;
    }
    default: return QObject::eventFilter(watched, event);
    }
}

} // namespace dinoscope
