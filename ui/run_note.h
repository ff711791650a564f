// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPlainTextEdit>

namespace dinoscope {

/// A person's words on a run; whoever owns it hears of them when they are finished, which is when the focus leaves.
class RunNote : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit RunNote(QWidget* parent = nullptr);
    /// What is kept already. Leaves alone what a person is typing just now.
    void setKept(const QString& note);
    /// Says the words now, if they are others than those kept.
    void commit();

signals:
    void written(const QString& note);

protected:
    void focusOutEvent(QFocusEvent* event) override;

private:
    QString kept_;
};

} // namespace dinoscope
