// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

class QSocketNotifier;

namespace dinoscope {

/// The one QObject that owns the engine. Lives on the GUI thread; all members and signals belong to it, and none blocks
/// except the destructor of a bridge that was not closed.
///
/// The engine's wake writes an eventfd and touches nothing of Qt. What waits is then delivered at once, or, when the
/// last delivery was less than a frame ago, at the end of that frame; so nothing stays behind. A frame lasts 33 ms, and
/// 250 ms while a run trains and nobody has posted for a second: each delivery holds up the step in work. The order of
/// a delivery is: snapshot, points, acknowledgements, log lines, results, ends of jobs. A first delivery follows the
/// construction.
class EngineBridge : public QObject {
    Q_OBJECT

public:
    explicit EngineBridge(std::unique_ptr<Engine> engine, QObject* parent = nullptr);
    ~EngineBridge() override;

    const EngineCatalog& catalog() const { return engine_->catalog(); }
    /// The snapshot that was delivered last; never null.
    const std::shared_ptr<const Snapshot>& snapshot() const { return snapshot_; }

    CommandId post(Command command);
    /// The same; `answered` is called with the acknowledgement, before the signal, unless `context` is gone by then.
    CommandId post(Command command, const QObject* context, std::function<void(const Acknowledgement&)> answered);

    /// A fresh number for a probe or a job; each is larger than those before.
    JobId newJobId() { return ++lastJobId_; }

    /// Ends the run and the engine on another thread while the event loop goes on; closed() follows the last delivery.
    /// A second call skips the closing evaluation.
    void close();
    bool isClosing() const { return closer_.joinable(); }
    bool isClosed() const { return closed_; }

signals:
    void snapshotChanged(const std::shared_ptr<const dinoscope::Snapshot>& snapshot);
    /// In the order in which they were recorded. `lost` points before them were overwritten before they were read.
    void pointsArrived(const std::vector<dinoscope::MetricPoint>& points, quint64 lost);
    void acknowledged(const dinoscope::Acknowledgement& acknowledgement);
    void logged(const dinoscope::LogLine& line);
    void resultArrived(const dinoscope::ProbeResult& result);
    void jobEnded(const dinoscope::JobResult& result);
    void closed();

private:
    struct Answered;
    void onWake();
    qint64 frameMs() const;
    void deliver();
    void deliverAcknowledgement(const Acknowledgement& acknowledgement);
    void finishClosing();

    int wakeFd_ = -1;
    std::unique_ptr<Engine> engine_;
    QSocketNotifier* notifier_ = nullptr;
    QTimer frame_;
    QElapsedTimer sinceDelivery_, sincePost_;
    DrainCursor cursor_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::map<CommandId, std::unique_ptr<Answered>> answered_;
    JobId lastJobId_ = 0;
    std::thread closer_;
    std::atomic<bool> engineEnded_ = false;
    bool closed_ = false;
};

} // namespace dinoscope
