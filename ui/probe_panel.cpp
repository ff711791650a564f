// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/probe_panel.h"

#include "ui/engine_bridge.h"

namespace dinoscope {
namespace {

constexpr std::int64_t kIntervalMs = 400;

} // namespace

ProbePanel::ProbePanel(const PanelContext& context, ProbeKind kind, QWidget* parent)
    : Panel(context, parent), kind_(kind) {}

bool ProbePanel::canBeAsked() const { return isAllowed(state_, CommandKind::requestProbe); }

void ProbePanel::onNewRun() {
    answerStep_.reset();
    answered_ = false;
    interested_ = false;
}

void ProbePanel::onSnapshot(const Snapshot& snapshot) {
    state_ = snapshot.state;
    if (isVisible() && !frozen_ && !interested_ && canBeAsked())
        postInterest();
}

void ProbePanel::onResult(const ProbeResult& result) {
    if (result.kind != kind_ || result.id < newest_)
        return;
    answered_ = true;
    answerStep_ = result.step;
    showWaiting(false);
    if (result.error)
        showError(*result.error);
    else
        showAnswer(result);
}

bool ProbePanel::hasShown(Step step) const {
    return !isVisible() || frozen_ || (answered_ && answerStep_ && answerStep_->value >= step.value);
}

void ProbePanel::ask() {
    if (!canBeAsked() || !isVisible())
        return;
    if (!frozen_) {
        postInterest();
        return;
    }
    newest_ = bridge().newJobId();
    answered_ = false;
    showWaiting(true);
    bridge().post(RequestProbeCommand{{newest_, question(), {}}});
}

void ProbePanel::setFrozen(bool frozen) {
    frozen_ = frozen;
    if (frozen_)
        endInterest();
    else if (isVisible() && canBeAsked())
        postInterest();
}

void ProbePanel::postInterest() {
    newest_ = bridge().newJobId();
    interested_ = true;
    answered_ = false;
    showWaiting(true);
    bridge().post(SetInterestCommand{kind_, ProbeRequest{newest_, question(), {}}, kIntervalMs});
}

void ProbePanel::endInterest() {
    if (interested_)
        bridge().post(SetInterestCommand{kind_, std::nullopt, kIntervalMs});
    interested_ = false;
}

void ProbePanel::showEvent(QShowEvent* event) {
    Panel::showEvent(event);
    state_ = bridge().snapshot()->state;
    if (!frozen_ && !interested_ && canBeAsked())
        postInterest();
}

void ProbePanel::hideEvent(QHideEvent* event) {
    Panel::hideEvent(event);
    endInterest();
}

} // namespace dinoscope
