// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

#include <vector>

namespace dinoscope {

/// Many numbers side by side as bars from zero, with the ends of the scale. Where several numbers share a pixel column,
/// the column reaches from the least to the largest of them, so that no peak is lost.
class BarStrip : public QWidget {
    Q_OBJECT

public:
    explicit BarStrip(const QString& title, ColorRole role, QWidget* parent = nullptr);
    void setValues(std::vector<float> values);
    /// What each bar is of; its short form stands below it where there is room for all.
    struct Name {
        QString name, shortName;
    };
    void setNames(std::vector<Name> names);
    void setNote(const QString& note);
    const std::vector<float>& values() const { return values_; }
    QSize sizeHint() const override { return {240, 72}; }
    QSize minimumSizeHint() const override { return {100, 36}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRectF barArea() const;
    bool namesFit() const;
    QFont smallFont() const;

    QString title_, note_;
    ColorRole role_;
    std::vector<float> values_;
    std::vector<Name> names_;
    double low_ = 0, high_ = 1;
};

} // namespace dinoscope
