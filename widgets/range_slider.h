// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace dinoscope {

/// Two handles on one line, for the mouse; a handle that is moved past the other takes it along. Part of a RangeField,
/// whose numbers serve the keyboard.
class RangeSlider : public QWidget {
    Q_OBJECT

public:
    /// `least` < `most`.
    RangeSlider(double least, double most, QWidget* parent = nullptr);
    double low() const { return low_; }
    double high() const { return high_; }
    /// `low` <= `high`. Emits nothing.
    void setRange(double low, double high);
    bool isHeld() const { return held_ != Handle::none; }
    /// Where a handle is drawn, in pixels from the left.
    double placeOf(double value) const;
    QSize sizeHint() const override { return {110, 20}; }
    QSize minimumSizeHint() const override { return {60, 20}; }

signals:
    /// While a handle moves.
    void moved(double low, double high);
    void released();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    enum class Handle { none, low, high };
    double valueAt(double x) const;
    void moveTo(double value);

    double least_, most_, low_, high_;
    Handle held_ = Handle::none;
};

} // namespace dinoscope
