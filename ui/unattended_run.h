// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

namespace dinoscope {

class MainWindow;

/// What the command line asks of the window: start a run, wait until it has ended and the panels show that, save a
/// picture of the window, quit.
class UnattendedRun : public QObject {
    Q_OBJECT

public:
    struct Wishes {
        bool startRun = false;
        QString screenshot; ///< path of a PNG; empty: none
        bool quit = false;
    };

    UnattendedRun(MainWindow& window, Wishes wishes, QObject* parent = nullptr);
    void start();
    /// 0, or 1 after done(sentence) with a failure.
    int exitCode() const { return failure_.isEmpty() ? 0 : 1; }
    QString failure() const { return failure_; }

signals:
    void done();

private:
    void look();
    void finish(const QString& failure);
    bool isShown() const;

    MainWindow& window_;
    Wishes wishes_;
    QTimer timer_;
    QElapsedTimer sinceEnd_;
    QString failure_;
    int steadyLooks_ = 0;
    bool finished_ = false;
};

} // namespace dinoscope
