// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

class QLabel;

namespace dinoscope {

/// A panel that shows the answers to one kind of probe. While it can be seen it is interested: the engine answers again
/// and again as the run goes on. Of a moment of the past it asks once. Hidden or frozen it costs the run nothing; a
/// frozen one keeps its answer also when another moment is looked at.
class ProbePanel : public Panel {
    Q_OBJECT

public:
    ProbePanel(const PanelContext& context, ProbeKind kind, QWidget* parent = nullptr);

    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void onResult(const ProbeResult& result) final;
    bool hasShown(Step step) const override;

    bool isFrozen() const { return frozen_; }
    /// "step 300", or "step 300, from the checkpoint": of the answer on the screen.
    QString answerText() const;
    /// Whether the answer on the screen is of a moment of the past.
    bool isFromCheckpoint() const { return answerMoment_.has_value(); }
    /// Step of the answer on the screen; empty: none yet.
    std::optional<Step> answerStep() const { return answerStep_; }

protected:
    /// Builds the question from the panel's controls.
    virtual ProbeQuestion question() const = 0;
    /// An answer without error, to the newest question.
    virtual void showAnswer(const ProbeResult& result) = 0;
    virtual void showError(const Error& error) = 0;
    /// The answer on the screen is no longer the one asked for, or is again.
    virtual void showWaiting(bool waiting) = 0;

    /// To be called when a control has changed the question.
    void ask();
    void setFrozen(bool frozen);

    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    bool canBeAsked() const;
    bool asksOnce() const;
    /// Asks what is to be seen now, unless it has been asked already.
    void follow();
    void followMoment();
    /// Says above the answer that it is of the past, while it is.
    void showOrigin();
    void askOnce();
    void postInterest();
    void endInterest();

    ProbeKind kind_;
    QLabel* origin_ = nullptr;
    RunState state_ = RunState::empty;
    JobId newest_ = 0;
    bool interested_ = false, frozen_ = false, answered_ = false;
    bool askedOnce_ = false;                   ///< about the moment of the past
    std::optional<Step> asked_, answerMoment_; ///< moments of the newest question and of the answer on the screen
    std::optional<Step> answerStep_;
};

} // namespace dinoscope
