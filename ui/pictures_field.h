// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/scan.h"
#include "ui/job_starter.h"

#include <QWidget>

#include <optional>

class QLabel;
class QLineEdit;

namespace dinoscope {

/// Asks for the pictures of a run: a path, a button that chooses a folder, and below them what lies there, told by the
/// names of the files. GUI thread; the engine looks.
class PicturesField : public QWidget {
    Q_OBJECT

public:
    /// `how` is what is asked of the engine but for the path.
    PicturesField(EngineBridge& bridge, ScanRequest how, QWidget* parent = nullptr);
    ~PicturesField() override;

    QString path() const;
    /// Looks at once.
    void setPath(const QString& path);
    /// What lies at path(); nothing as long as it is looked for, or if it cannot be opened.
    const std::optional<ScanReport>& found() const { return found_; }

signals:
    /// By hand, or by setPath().
    void pathChanged();
    /// found(), or what is said, has changed.
    void looked();

protected:
    /// Enter looks, and does not end a dialog.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void choose();
    void look();
    void take(const JobResult& result);

    JobStarter jobs_;
    ScanRequest how_;
    QLineEdit* line_;
    QLabel* words_;
    JobId job_ = 0; ///< that looks; 0: none
    std::optional<ScanReport> found_;
};

} // namespace dinoscope
