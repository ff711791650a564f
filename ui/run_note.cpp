// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run_note.h"

namespace dinoscope {

RunNote::RunNote(QWidget* parent) : QPlainTextEdit(parent) {
    setAccessibleName(tr("Note on the run"));
    setPlaceholderText(tr("Note on the run: what it was for, what came of it"));
    setTabChangesFocus(true);
    setFixedHeight(2 * fontMetrics().lineSpacing() + 14);
}

void RunNote::setKept(const QString& note) {
    const bool isBeingWritten = hasFocus() && toPlainText() != kept_;
    kept_ = note;
    if (!isBeingWritten && toPlainText() != note)
        setPlainText(note);
}

void RunNote::commit() {
    if (toPlainText() == kept_)
        return;
    kept_ = toPlainText();
    emit written(kept_);
}

void RunNote::focusOutEvent(QFocusEvent* event) {
    QPlainTextEdit::focusOutEvent(event);
    commit();
}

} // namespace dinoscope
