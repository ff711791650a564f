// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/job_starter.h"
#include "ui/panel.h"

#include <QTimer>

class QLabel;
class QPushButton;

namespace dinoscope {

class CompareTable;
class InlineQuestion;
class RunNote;
class TimeLine;

/// The folder of the open run: its checkpoints as a time line that sets the moment which all panels show, what can be
/// begun from one of them, another run to compare with, the note, and how long the disk suffices.
class RunsPanel : public Panel {
    Q_OBJECT

public:
    explicit RunsPanel(const PanelContext& context, QWidget* parent = nullptr);
    void onNewRun() override;
    void onSnapshot(const Snapshot& snapshot) override;
    void onLog(const LogLine& line) override;

    /// What is known of the folder.
    const RunReport& report() const { return report_; }
    TimeLine& timeLine() const { return *line_; }
    InlineQuestion& question() const { return *question_; }
    RunNote& note() const { return *note_; }
    CompareTable& compareTable() const { return *compare_; }
    QPushButton& liveButton() const { return *live_; }
    QPushButton& forkButton() const { return *fork_; }
    QPushButton& extendButton() const { return *extend_; }
    QPushButton& exportButton() const { return *export_; }
    QPushButton& trashButton() const { return *trash_; }
    QPushButton& verifyButton() const { return *verify_; }
    QString readOut() const;
    QString message() const;

    /// Draws the curves of the run in `folder` over the present ones.
    void compareWith(const QString& folder);
    /// Asks whether the run in `folder` shall go, unless it is the open one.
    void askToTrashRun(const QString& folder);

signals:
    void loadAsked(const dinoscope::LoadCommand& command);
    /// Of the open run as it is, or of its checkpoint.
    void exportAsked(std::optional<dinoscope::Step> at);
    void openAsked();

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeRunRow();
    QWidget* makeMomentRow();
    QWidget* makeEmptyRow();
    QString folder() const;
    bool canStartJobs() const;
    void refresh();
    void verify();
    void look(bool everyByte);
    void take(RunReport report);
    void choose();
    void followMoment();
    void showAll();
    void showReadOut();
    void showEmpty();
    void updateButtons();
    void say(const QString& sentence, bool isBad = false);
    /// The chosen checkpoint; null in the present.
    const CheckpointReport* chosen() const;
    /// The chosen one, or in the present the newest, if it is whole; else null.
    const CheckpointReport* origin() const;
    void fork();
    void extend();
    void trashChosen();
    void trashNow(const QString& path, const QString& done);
    void keepNote(const QString& note);
    QString chooseRun(const QString& title);

    JobStarter jobs_;
    QLabel *title_, *readOut_, *disk_, *message_, *empty_;
    QPushButton *live_, *fork_, *export_, *trash_, *extend_, *compareButton_, *trashRun_, *verify_, *fill_;
    QWidget *emptyRow_, *full_;
    TimeLine* line_;
    InlineQuestion* question_;
    RunNote* note_;
    CompareTable* compare_;
    QTimer scrub_; ///< a moment is asked for when the scrubbing rests
    RunReport report_;
    std::shared_ptr<const RunInfo> run_;
    std::shared_ptr<const ParamSet> params_;
    RunState state_ = RunState::empty;
    Step step_{};
    bool stale_ = true, looking_ = false;
};

} // namespace dinoscope
