// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QObject>
#include <QString>

#include <vector>

class QSettings;

namespace dinoscope {

struct Snapshot;

/// A run that was started or opened in this window, as it was seen last.
struct RecentRun {
    QString folder;
    qint64 step = 0;
    QDateTime seen;

    QString name() const;
    /// Whether there is a run in the folder still.
    bool isThere() const;
};

/// The folders of the newest runs, newest first. GUI thread.
class RecentRuns : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t kMost = 6;

    using QObject::QObject;
    const std::vector<RecentRun>& runs() const { return runs_; }
    void note(const RecentRun& run);
    /// Notes the open run when it is another one, and when its state has changed.
    void follow(const Snapshot& snapshot);
    void load(const QSettings& settings);
    void save(QSettings& settings) const;

signals:
    void changed();

private:
    std::vector<RecentRun> runs_;
    int state_ = -1;
    QString folder_;
};

} // namespace dinoscope
