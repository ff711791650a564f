// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/unclosed_run.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace dinoscope {

class BackgroundWorker;

/// Offers, across the window, to go on with the newest run whose process ended without closing it; hidden while there
/// is none.
class CrashedRunBar : public QWidget {
    Q_OBJECT

public:
    explicit CrashedRunBar(QWidget* parent = nullptr);

    /// Looks for such a run below a folder, in another thread. With `remembers` one that was declined at an earlier
    /// start is not offered again.
    void lookIn(const QString& runsFolder, bool remembers);
    /// lookIn() has come to its end.
    bool hasLooked() const { return hasLooked_; }
    /// Empty while nothing is offered.
    QString sentence() const;
    QPushButton* continueButton() const { return continue_; }
    QPushButton* declineButton() const { return decline_; }

signals:
    void continueAsked(const QString& folder);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void offer(const std::optional<UnclosedRun>& run);
    void decline();

    BackgroundWorker* worker_;
    QLabel* label_;
    QPushButton *continue_, *decline_;
    QString folder_;
    bool remembers_ = false, hasLooked_ = false;
};

} // namespace dinoscope
