// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/theme.h"

#include <QWidget>

#include <vector>

namespace dinoscope {

/// Parts of a whole as one bar with a legend below.
class ShareBar : public QWidget {
    Q_OBJECT

public:
    struct Part {
        QString name;
        double amount = 0;
        ColorRole role = ColorRole::text;
    };
    explicit ShareBar(QWidget* parent = nullptr);
    void setShares(const QString& title, std::vector<Part> parts);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString title_;
    std::vector<Part> parts_;
};

} // namespace dinoscope
