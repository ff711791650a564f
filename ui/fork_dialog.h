// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/command.h"

#include <QDialog>

class QLabel;
class QLineEdit;

namespace dinoscope {

/// Asks for the folder of a run that begins from a checkpoint of another one.
class ForkDialog : public QDialog {
    Q_OBJECT

public:
    ForkDialog(const QString& folder, Step at, QWidget* parent = nullptr);
    QLineEdit& place() const { return *place_; }
    /// Refuses a folder that holds something.
    void accept() override;

signals:
    void chosen(const dinoscope::LoadCommand& command);

private:
    void choosePlace();

    QString folder_;
    Step at_;
    QLineEdit* place_;
    QLabel* message_;
};

/// A folder beside the run's that does not exist yet: "RUN-from-step-300".
QString suggestedFork(const QString& folder, Step at);

} // namespace dinoscope
