// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

class QLabel;
class QLineEdit;
class QVBoxLayout;

namespace dinoscope {

class BarStrip;

/// The textbook figure: one vector of typed or drawn logits, its softmax at several temperatures.
class FreeLogits : public QWidget {
    Q_OBJECT

public:
    explicit FreeLogits(QWidget* parent = nullptr);
    const std::vector<BarStrip*>& strips() const { return strips_; }
    void setTexts(const QString& logits, const QString& temperatures);

private:
    void redraw();

    QLineEdit *logits_, *temperatures_;
    QLabel* message_;
    QVBoxLayout* figures_;
    std::vector<BarStrip*> strips_;
};

} // namespace dinoscope
