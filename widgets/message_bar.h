// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QList>
#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;

namespace dinoscope {

/// One sentence across the window with a button to close it, and buttons for what can be done about it; hidden while
/// there is none. Never takes the focus.
class MessageBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { note, warning, error };

    explicit MessageBar(QWidget* parent = nullptr);
    /// `ways`: actions that a button each offers; they outlive the sentence.
    void say(Kind kind, const QString& sentence, const QList<QAction*>& ways = {});
    void clear() { hide(); }
    QString sentence() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* mark_;
    QLabel* label_;
    QHBoxLayout* buttons_;
    Kind kind_ = Kind::note;
};

} // namespace dinoscope
