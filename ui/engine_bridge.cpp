// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/engine_bridge.h"

#include <QPointer>
#include <QSocketNotifier>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace dinoscope {
namespace {

constexpr qint64 kFrameMs = 33, kTrainingFrameMs = 250;
constexpr qint64 kWatchedMs = 1000; ///< so long after a command its effects are shown at the fast pace

/// Any thread. The counter cannot overflow: the reader takes it all at once.
void ring(int fd) {
    const std::uint64_t one = 1;
    while (::write(fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

} // namespace

struct EngineBridge::Answered {
    QPointer<const QObject> context;
    std::function<void(const Acknowledgement&)> call;
};

EngineBridge::EngineBridge(std::unique_ptr<Engine> engine, QObject* parent)
    : QObject(parent), wakeFd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), engine_(std::move(engine)),
      snapshot_(engine_->snapshot()) {
    if (wakeFd_ < 0)
        throw std::system_error(errno, std::generic_category(), "the window cannot make an eventfd");
    notifier_ = new QSocketNotifier(wakeFd_, QSocketNotifier::Read, this);
    connect(notifier_, &QSocketNotifier::activated, this, [this] { onWake(); });
    frame_.setSingleShot(true);
    frame_.setTimerType(Qt::PreciseTimer);
    connect(&frame_, &QTimer::timeout, this, [this] { deliver(); });
    engine_->setWake([fd = wakeFd_] { ring(fd); });
    frame_.start(0);
}

EngineBridge::~EngineBridge() {
    if (closer_.joinable())
        closer_.join();
    engine_->setWake({});
    engine_.reset();
    ::close(wakeFd_);
}

CommandId EngineBridge::post(Command command) {
    const CommandId id = engine_->post(std::move(command));
    sincePost_.start();
    if (closed_ && !frame_.isActive()) // nobody wakes any more; the refusal waits in the engine
        frame_.start(0);
    else if (frame_.isActive() && frame_.remainingTime() > kFrameMs)
        frame_.start(static_cast<int>(kFrameMs));
    return id;
}

CommandId EngineBridge::post(Command command, const QObject* context,
                             std::function<void(const Acknowledgement&)> answered) {
    const CommandId id = post(std::move(command));
    answered_.emplace(id, std::make_unique<Answered>(Answered{context, std::move(answered)}));
    return id;
}

void EngineBridge::close() {
    if (closed_)
        return;
    if (closer_.joinable()) {
        post(StopCommand{});
        return;
    }
    closer_ = std::thread([this] {
        engine_->close();
        engineEnded_ = true;
        ring(wakeFd_);
    });
}

qint64 EngineBridge::frameMs() const {
    const bool isWatched = sincePost_.isValid() && sincePost_.elapsed() < kWatchedMs;
    return snapshot_->state == RunState::running && !isWatched ? kTrainingFrameMs : kFrameMs;
}

void EngineBridge::onWake() {
    std::uint64_t count = 0;
    while (::read(wakeFd_, &count, sizeof count) < 0 && errno == EINTR) {
    }
    if (frame_.isActive())
        return;
    const qint64 frame = frameMs(), since = sinceDelivery_.isValid() ? sinceDelivery_.elapsed() : frame;
    if (since >= frame)
        deliver();
    else
        frame_.start(static_cast<int>(frame - since));
}

void EngineBridge::deliver() {
    // A slot may delete the bridge; nothing of it is touched after that.
    const QPointer<EngineBridge> alive(this);
    const bool last = engineEnded_;
    Drained drained = engine_->drain(cursor_);
    cursor_ = drained.next;
    sinceDelivery_.start();
    std::shared_ptr<const Snapshot> newest = engine_->snapshot();
    const std::vector<ProbeResult> results = engine_->takeResults();
    if (newest->revision != snapshot_->revision) {
        snapshot_ = newest;
        emit snapshotChanged(newest);
    }
    if (alive && (!drained.points.empty() || drained.lostPoints > 0))
        emit pointsArrived(drained.points, drained.lostPoints);
    for (const Acknowledgement& acknowledgement : drained.acknowledgements)
        if (alive)
            deliverAcknowledgement(acknowledgement);
    for (const LogLine& line : drained.log)
        if (alive)
            emit logged(line);
    for (const ProbeResult& result : results)
        if (alive)
            emit resultArrived(result);
    for (const JobResult& result : drained.jobs)
        if (alive)
            emit jobEnded(result);
    if (alive && last && !closed_)
        finishClosing();
}

void EngineBridge::deliverAcknowledgement(const Acknowledgement& acknowledgement) {
    const QPointer<EngineBridge> alive(this);
    if (const auto entry = answered_.extract(acknowledgement.id); entry && entry.mapped()->context)
        entry.mapped()->call(acknowledgement);
    if (alive)
        emit acknowledged(acknowledgement);
}

void EngineBridge::finishClosing() {
    closer_.join();
    closed_ = true;
    emit closed();
}

} // namespace dinoscope
