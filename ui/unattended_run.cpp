// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/unattended_run.h"

#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/texts.h"

#include <QPixmap>

#include <utility>

namespace dinoscope {
namespace {

constexpr int kLookMs = 50;
constexpr int kSteadyLooks = 12;       ///< plots draw at most 100 ms after the last point
constexpr qint64 kPatienceMs = 30'000; ///< for the answers of the probes after the run has ended

} // namespace

UnattendedRun::UnattendedRun(MainWindow& window, Wishes wishes, QObject* parent)
    : QObject(parent), window_(window), wishes_(std::move(wishes)) {
    timer_.setInterval(kLookMs);
    connect(&timer_, &QTimer::timeout, this, &UnattendedRun::look);
    connect(&window_, &MainWindow::startFailed, this, &UnattendedRun::finish);
}

void UnattendedRun::start() {
    if (wishes_.startRun)
        window_.startRun();
    if (!wishes_.screenshot.isEmpty() || wishes_.quit)
        timer_.start();
}

bool UnattendedRun::isShown() const {
    const Snapshot& now = *window_.bridge().snapshot();
    return !wishes_.startRun || (window_.showsWorkspace() && window_.hasShown(now.step));
}

void UnattendedRun::look() {
    if (window_.bridge().isClosing())
        return;
    const Snapshot& now = *window_.bridge().snapshot();
    if (wishes_.startRun) {
        if (now.state == RunState::failed || (now.lastError && now.state == RunState::paused))
            return finish(now.lastError ? textOf(now.lastError->message) : tr("The run has failed."));
        if (now.state != RunState::finished)
            return;
    }
    if (!sinceEnd_.isValid())
        sinceEnd_.start();
    steadyLooks_ = isShown() ? steadyLooks_ + 1 : 0;
    if (steadyLooks_ < kSteadyLooks) {
        if (sinceEnd_.elapsed() > kPatienceMs)
            finish(tr("The panels did not show the end of the run within %1 s.").arg(kPatienceMs / 1000));
        return;
    }
    if (!wishes_.screenshot.isEmpty() && !window_.grab().save(wishes_.screenshot, "PNG"))
        return finish(tr("The picture '%1' could not be written; name a PNG file in a folder that exists.")
                          .arg(wishes_.screenshot));
    finish({});
}

void UnattendedRun::finish(const QString& failure) {
    if (finished_ || (!wishes_.quit && wishes_.screenshot.isEmpty()))
        return;
    finished_ = true;
    timer_.stop();
    failure_ = failure;
    emit done();
}

} // namespace dinoscope
