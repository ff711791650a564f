// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/run_comparison.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableWidget;

namespace dinoscope {

/// Which run the open one is compared with, the parameters in which they differ, and a way to end it.
class CompareTable : public QWidget {
    Q_OBJECT

public:
    explicit CompareTable(RunComparison& comparison, QWidget* parent = nullptr);
    /// Of the open run.
    void setParams(std::shared_ptr<const ParamSet> params);
    QPushButton& removeButton() const { return *remove_; }
    QTableWidget& table() const { return *table_; }

private:
    void fill();

    RunComparison& comparison_;
    std::shared_ptr<const ParamSet> params_;
    QLabel* words_;
    QPushButton* remove_;
    QTableWidget* table_;
};

} // namespace dinoscope
