// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <vector>

namespace dinoscope {

/// A small table of numbers, darker where larger; cells that are not a number stay empty.
class MatrixView : public QWidget {
    Q_OBJECT

public:
    MatrixView(const QString& rowName, const QString& columnName, QWidget* parent = nullptr);
    void setValues(std::vector<double> values, int rows, int columns);
    QSize sizeHint() const override { return {260, 76}; }
    QSize minimumSizeHint() const override { return {140, 60}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString rowName_, columnName_;
    std::vector<double> values_;
    int rows_ = 0, columns_ = 0;
};

} // namespace dinoscope
