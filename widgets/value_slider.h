// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSlider>

namespace dinoscope {

/// A slider over real values, linear or logarithmic. It takes the mouse wheel only while it has the focus, so that a
/// form can be scrolled past it.
class ValueSlider : public QSlider {
    Q_OBJECT

public:
    /// `low` < `high`; both above 0 if logarithmic.
    ValueSlider(double low, double high, bool logarithmic, QWidget* parent = nullptr);
    double realValue() const;
    /// Does not emit moved().
    void setRealValue(double value);

signals:
    /// By a person, while the slider moves.
    void moved(double value);
    /// By a person, when it has come to rest.
    void settled(double value);

protected:
    void wheelEvent(QWheelEvent* event) override;

private:
    double low_, high_;
    bool logarithmic_;
};

} // namespace dinoscope
