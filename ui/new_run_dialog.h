// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace dinoscope {

class RunDraft;

/// Asks for what a run needs before it starts and writes it into the draft when it is accepted.
class NewRunDialog : public QDialog {
    Q_OBJECT

public:
    explicit NewRunDialog(RunDraft& draft, QWidget* parent = nullptr);
    void accept() override;

private:
    void choosePlace();
    void suggestPlace();
    QWidget* makePlaceRow();

    RunDraft& draft_;
    QComboBox* presets_;
    QLabel *help_, *message_;
    QLineEdit *seed_, *place_;
    QSpinBox* epochs_;
    QDoubleSpinBox* minutes_;
    QCheckBox *keep_, *responsive_;
    bool placeTyped_ = false;
};

} // namespace dinoscope
