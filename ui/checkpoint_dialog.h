// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <QDialog>

#include <string>
#include <vector>

class QCheckBox;
class QLabel;
class QLineEdit;

namespace dinoscope {

class RunDraft;

/// Shows what a file of networks holds and asks for what it leaves open: the pictures, and for instance the number of
/// attention heads. When it is accepted the draft describes a run that goes on from the file.
class CheckpointDialog : public QDialog {
    Q_OBJECT

public:
    /// The draft outlives the dialog.
    CheckpointDialog(RunDraft& draft, FileReport report, QWidget* parent = nullptr);
    void accept() override;

private:
    QString summary() const;
    void addField(const std::string& id, const QString& text);
    QWidget* withFolderButton(QLineEdit* line);

    struct Field {
        std::string id;
        QLineEdit* line;
    };

    RunDraft& draft_;
    const FileReport report_;
    std::vector<Field> fields_;
    QCheckBox* keep_;
    QLabel* message_;
};

} // namespace dinoscope
