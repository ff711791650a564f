// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QWidget>

#include <optional>

namespace dinoscope {

class RunComparison;
class EngineBridge;
class Moment;
class RunDraft;

/// What every panel may use; all of it outlives the panels.
struct PanelContext {
    EngineBridge& bridge;
    RunDraft& draft;
    Moment& moment;            ///< which all panels show
    RunComparison& comparison; ///< with another run
};

/// The content of a dock. Lives on the GUI thread; the main window passes on what the bridge delivers.
class Panel : public QWidget {
    Q_OBJECT

public:
    explicit Panel(const PanelContext& context, QWidget* parent = nullptr) : QWidget(parent), context_(context) {}

    /// Another run was opened: forget the former one.
    virtual void onNewRun() {}
    virtual void onSnapshot(const Snapshot&) {}
    virtual void onPoints(const std::vector<MetricPoint>&, quint64 /*lost*/) {}
    virtual void onAcknowledgement(const Acknowledgement&) {}
    virtual void onLog(const LogLine&) {}
    virtual void onResult(const ProbeResult&) {}

    /// Makes the panel about this picture; only those that have words for it in the panel table are asked.
    virtual void showPicture(const PictureRef&) {}
    /// Asks the window to show a picture in the panel `id` of the panel table, and to bring that to the front.
    void sendPicture(const QString& panel, const PictureRef& picture) { emit pictureSent(panel, picture); }
    /// In the panel table.
    QString id() const { return objectName(); }

    /// True when all that the panel shows, or is going to show of it, is of this state. A panel with nothing to wait
    /// for is always up to date.
    virtual bool hasShown(Step) const { return true; }

signals:
    /// A sentence for the message bar.
    void complained(const QString& sentence);
    void pictureSent(const QString& panel, const dinoscope::PictureRef& picture);

protected:
    EngineBridge& bridge() const { return context_.bridge; }
    RunDraft& draft() const { return context_.draft; }
    Moment& moment() const { return context_.moment; }
    RunComparison& comparison() const { return context_.comparison; }
    const PanelContext& context() const { return context_; }

private:
    PanelContext context_;
};

} // namespace dinoscope
