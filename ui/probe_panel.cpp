// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/probe_panel.h"

#include "ui/engine_bridge.h"
#include "ui/moment.h"

#include <QLabel>
#include <QVBoxLayout>

namespace dinoscope {
namespace {

constexpr std::int64_t kIntervalMs = 400;

} // namespace

ProbePanel::ProbePanel(const PanelContext& context, ProbeKind kind, QWidget* parent)
    : Panel(context, parent), kind_(kind) {
    connect(&moment(), &Moment::changed, this, &ProbePanel::followMoment);
}

bool ProbePanel::canBeAsked() const { return isAllowed(state_, CommandKind::requestProbe); }

bool ProbePanel::asksOnce() const { return frozen_ || !moment().isLive(); }

QString ProbePanel::answerText() const {
    return answerStep_ ? stepText(*answerStep_, answerMoment_.has_value()) : QString();
}

void ProbePanel::onNewRun() {
    answerStep_.reset();
    answerMoment_.reset();
    answered_ = false;
    interested_ = false;
    askedOnce_ = false;
    showOrigin();
}

void ProbePanel::showOrigin() {
    auto* column = qobject_cast<QVBoxLayout*>(layout());
    if (!origin_ && answerMoment_ && column) {
        origin_ = new QLabel(this);
        origin_->setProperty("tone", QStringLiteral("accent"));
        origin_->setWordWrap(true);
        column->insertWidget(0, origin_);
    }
    if (!origin_)
        return;
    origin_->setText(tr("Shows %1.").arg(answerText()));
    origin_->setVisible(answerMoment_.has_value());
}

void ProbePanel::onSnapshot(const Snapshot& snapshot) {
    state_ = snapshot.state;
    follow();
}

void ProbePanel::follow() {
    if (isVisible() && !frozen_ && canBeAsked() && !(moment().isLive() ? interested_ : askedOnce_))
        ask();
}

void ProbePanel::followMoment() {
    askedOnce_ = false;
    if (frozen_)
        return;
    if (!moment().isLive())
        endInterest();
    follow();
}

void ProbePanel::onResult(const ProbeResult& result) {
    if (result.kind != kind_ || result.id < newest_)
        return;
    answered_ = true;
    answerStep_ = result.step;
    answerMoment_ = asked_;
    showOrigin();
    showWaiting(false);
    if (result.error)
        showError(*result.error);
    else
        showAnswer(result);
}

bool ProbePanel::hasShown(Step step) const {
    if (!isVisible() || frozen_)
        return true;
    return answered_ && answerStep_ && (!moment().isLive() || answerStep_->value >= step.value);
}

void ProbePanel::ask() {
    if (!canBeAsked() || !isVisible())
        return;
    if (asksOnce())
        askOnce();
    else
        postInterest();
}

void ProbePanel::askOnce() {
    newest_ = bridge().newJobId();
    asked_ = moment().step();
    askedOnce_ = true;
    answered_ = false;
    showWaiting(true);
    bridge().post(RequestProbeCommand{{newest_, question(), asked_}});
}

void ProbePanel::setFrozen(bool frozen) {
    frozen_ = frozen;
    if (frozen_)
        endInterest();
    else if (isVisible() && canBeAsked())
        ask();
}

void ProbePanel::postInterest() {
    newest_ = bridge().newJobId();
    asked_.reset();
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
    follow();
}

void ProbePanel::hideEvent(QHideEvent* event) {
    Panel::hideEvent(event);
    endInterest();
    askedOnce_ = false;
}

} // namespace dinoscope
