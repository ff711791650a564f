// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace dinoscope {

/// One thread for arithmetic that would hold up the window. A job that still waits is replaced by
/// a newer one. All members belong to the GUI thread; the jobs run on the worker.
///
/// The two threads meet through std primitives and an eventfd, not through Qt's event queue.
class BackgroundWorker : public QObject {
    Q_OBJECT

public:
    /// Runs on the GUI thread after its job.
    using Show = std::function<void()>;
    /// Runs on the worker and must not touch any QObject.
    using Job = std::function<Show()>;

    explicit BackgroundWorker(QObject* parent = nullptr);
    /// Waits for the job in work.
    ~BackgroundWorker() override;

    void submit(Job job);
    /// True from submit() until the newest job has been shown.
    bool isBusy() const { return shown_ != submitted_; }

private:
    void work();
    void deliver();

    int doneFd_ = -1;
    quint64 submitted_ = 0, shown_ = 0;
    std::mutex mutex_;
    std::condition_variable wake_;
    Job waiting_;
    quint64 waitingNumber_ = 0;
    Show finished_;
    quint64 finishedNumber_ = 0;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace dinoscope
