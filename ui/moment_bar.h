// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace dinoscope {

class Moment;

/// Across the window while the panels show a moment of the past: which, and a way back to the present.
class MomentBar : public QWidget {
    Q_OBJECT

public:
    explicit MomentBar(Moment& moment, QWidget* parent = nullptr);
    QPushButton& liveButton() const { return *live_; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void follow();

    Moment& moment_;
    QLabel* words_;
    QPushButton* live_;
};

} // namespace dinoscope
