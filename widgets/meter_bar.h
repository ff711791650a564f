// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

namespace dinoscope {

/// One measured value on a scale, a word that judges it and a sentence of advice. The judgement is said by the word,
/// the colour only repeats it.
class MeterBar : public QWidget {
    Q_OBJECT

public:
    enum class Judgement { unknown, good, warning, bad };

    explicit MeterBar(const QString& title, QWidget* parent = nullptr);
    /// `position` from 0 to 1 along the bar.
    void setReading(double position, const QString& value, Judgement judgement, const QString& advice);
    void clear();
    Judgement judgement() const { return judgement_; }
    QString advice() const { return advice_; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return {220, heightForWidth(220)}; }
    QSize minimumSizeHint() const override { return {150, 40}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QFont adviceFont() const;

    QString title_, value_, advice_;
    double position_ = 0;
    Judgement judgement_ = Judgement::unknown;
};

} // namespace dinoscope
