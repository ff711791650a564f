// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/export_form.h"
#include "ui/job_starter.h"

#include <QDialog>

class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace dinoscope {

class EngineBridge;
struct Snapshot;

/// Asks for an export, starts it, shows how far it is, and then what was written and how it is loaded.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    /// `at`: a checkpoint of the open run, that is offered first.
    ExportDialog(EngineBridge& bridge, std::optional<Step> at, QWidget* parent = nullptr);
    ExportForm& form() const { return *form_; }
    QPushButton& startButton() const { return *start_; }
    QPushButton& cancelButton() const { return *cancel_; }
    /// What is still missing, or what went wrong.
    QString message() const;
    /// What was written; empty before.
    QString outcome() const;
    void start();
    /// Cancels an export that is at work; else closes.
    void reject() override;

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeResult();
    void updateButtons();
    /// Rows that wrap need more height than the layout asks for by itself.
    void makeRoom();
    void follow(const Snapshot& snapshot);
    void finish(const JobResult& result);
    void showReport(const ExportReport& report);
    void say(const QString& sentence, bool isBad);

    EngineBridge& bridge_;
    JobStarter jobs_;
    JobId job_ = 0;
    ExportForm* form_;
    QLabel *message_, *progressWords_, *outcome_;
    QProgressBar* progress_;
    QWidget *progressRow_, *result_;
    QPlainTextEdit* example_;
    QPushButton *copy_, *start_, *cancel_;
};

} // namespace dinoscope
