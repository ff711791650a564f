// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

class QDoubleSpinBox;
class QLabel;

namespace dinoscope {

class RangeSlider;

/// Two ends of a range in one line: a label, a number, a slider with two handles, a number. The ends never cross: one
/// that passes the other takes it along.
class RangeField : public QWidget {
    Q_OBJECT

public:
    /// `least` < `most`; the names are for those who hear the window.
    RangeField(const QString& label, const QString& lowName, const QString& highName, double least, double most,
               QWidget* parent = nullptr);
    double low() const;
    double high() const;
    /// Emits nothing. Leaves alone what a person is changing just now.
    void setValues(double low, double high);
    RangeSlider& slider() const { return *slider_; }
    QDoubleSpinBox& lowBox() const { return *low_; }
    QDoubleSpinBox& highBox() const { return *high_; }

signals:
    /// A person has changed the range: a number was entered, or a handle was let go or has rested.
    void settled(double low, double high);

private:
    QDoubleSpinBox* makeBox(const QString& name, double least, double most);
    void showRange(double low, double high);
    void settle();

    QDoubleSpinBox *low_, *high_;
    RangeSlider* slider_;
    QTimer rest_;
    double settledLow_ = 0, settledHigh_ = 0;
};

} // namespace dinoscope
