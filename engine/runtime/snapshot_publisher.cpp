// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/snapshot_publisher.h"

#include <exception>

namespace dinoscope {
namespace {

constexpr std::chrono::milliseconds kLeastInterval{33};

} // namespace

SnapshotPublisher::SnapshotPublisher(const StepRunner& runner, const JobQueue& jobs, const EngineClock& clock,
                                     OutLanes& lanes)
    : runner_(runner), jobs_(jobs), clock_(clock), lanes_(lanes) {}

void SnapshotPublisher::readRunner(bool hasRun) {
    last_.run = hasRun ? runner_.info() : nullptr;
    last_.params = hasRun ? runner_.params() : nullptr;
    const RunnerStatus status = runner_.status();
    last_.epoch = status.epoch;
    last_.imagesPerSecond = status.imagesPerSecond;
    last_.waitShare = status.waitShare;
    last_.trainSeconds = status.trainSeconds;
    last_.secondsLeft = status.secondsLeft;
    last_.times = status.times;
    last_.cache = status.cache;
    last_.saveFailure = status.saveFailure;
    last_.work = status.work.what.empty() ? jobs_.progress() : status.work;
}

void SnapshotPublisher::publish(const RunControl& control) {
    const auto now = clock_.now();
    try {
        readRunner(control.hasRun);
    } catch (const std::exception&) {
        // A runner in trouble reports it from its working members; its last known status stays on display.
    }
    ++last_.revision;
    last_.state = control.state;
    last_.requestedState = control.requested;
    last_.finishReason = control.reason;
    last_.step = control.step;
    last_.lastError = control.lastError;
    last_.memoryBytes = memory_.residentBytes(now);
    lanes_.snapshots.put(std::make_shared<const Snapshot>(last_));
    publishedAt_ = now;
    heldBack_ = false;
    lanes_.waker.signal();
}

void SnapshotPublisher::publishSometimes(const RunControl& control) {
    heldBack_ = true;
    if (clock_.now() - publishedAt_ >= kLeastInterval)
        publish(control);
}

void SnapshotPublisher::flush(const RunControl& control) {
    if (heldBack_)
        publish(control);
}

} // namespace dinoscope
