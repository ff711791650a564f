// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

class QLabel;

namespace dinoscope {

/// One sentence across the window with a button to close it; hidden while there is none. Never takes the focus.
class MessageBar : public QWidget {
    Q_OBJECT

public:
    enum class Kind { note, warning, error };

    explicit MessageBar(QWidget* parent = nullptr);
    void say(Kind kind, const QString& sentence);
    void clear() { hide(); }
    QString sentence() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* mark_;
    QLabel* label_;
    Kind kind_ = Kind::note;
};

} // namespace dinoscope
