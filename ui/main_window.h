// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "widgets/theme.h"

#include <QMainWindow>

#include <memory>

class QAction;
class QActionGroup;
class QStackedWidget;

namespace dinoscope {

class CrashedRunBar;
class RunComparison;
class EngineBridge;
class MessageBar;
class Moment;
class Panel;
class RecentRuns;
class RunBar;
class RunDraft;
class RunOpener;
class StartPage;
class Workspace;

/// The program's window: toolbar, message bar, and below them the start page or the docks. Owns the bridge and with it
/// the engine.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(std::unique_ptr<Engine> engine, QWidget* parent = nullptr);
    ~MainWindow() override;

    EngineBridge& bridge() const { return *bridge_; }
    RunDraft& draft() const { return *draft_; }
    RunBar& runBar() const { return *runBar_; }
    Workspace& workspace() const { return *workspace_; }
    RecentRuns& recentRuns() const { return *recent_; }
    StartPage& startPage() const { return *startPage_; }
    Moment& moment() const { return *moment_; }
    MessageBar& messages() const { return *messages_; }
    bool showsWorkspace() const;
    /// Instead of the start page; a run that opens does the same.
    void showWorkspace();

    /// Opens a run with the draft's settings and trains.
    void startRun();
    /// Looks into a file of networks, asks for what it leaves open and opens a run that goes on from it, without
    /// training yet.
    void openCheckpoint(const QString& path);
    /// Offers to go on with the newest run below a folder that ended without being closed.
    void offerCrashedRun(const QString& runsFolder);
    /// Opens the run in a folder at its newest checkpoint, to look at it and to train on.
    void openRunFolder(const QString& folder);
    /// Every panel that can be seen shows the state after `step`.
    bool hasShown(Step step) const;
    void setTheme(ThemeChoice choice);
    /// Layout, theme and size come from and go to the person's settings; off for pictures taken without a person.
    void setKeepsSettings(bool keeps) { keepsSettings_ = keeps; }
    void restoreSettings();

signals:
    /// A run could not be opened or started.
    void startFailed(const QString& sentence);
    void ended();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void connectBridge();
    void makeMenus();
    void makeThemeMenu(QMenu& view);
    void takeSnapshot(const Snapshot& snapshot);
    void complain(const QString& sentence);
    void showSaveFailure(const std::optional<Error>& failure);
    void showNewRun() { showNewRun({}); }
    /// `pictures`: a folder or file to train on; empty: as the draft has it.
    void showNewRun(const QString& pictures);
    void choosePictures();
    void chooseCheckpoint();
    void chooseRunFolder();
    void showLoaded();
    /// Of the open run as it is, or of a checkpoint in its folder.
    void showExport(std::optional<Step> at);
    void noteRecent();
    void askForCheckpoint(const FileReport& report);
    void openRun(const Command& prepare, bool thenTrain);
    void measureNow();
    void takeJobResult(const JobResult& result);
    void showAbout();
    void copyCommandLine();
    void saveSettings() const;

    EngineBridge* bridge_;
    RunDraft* draft_;
    RunBar* runBar_;
    Moment* moment_;
    RunComparison* comparison_;
    RunOpener* opener_;
    RecentRuns* recent_;
    MessageBar* messages_;
    CrashedRunBar* crashedRun_;
    QStackedWidget* pages_;
    StartPage* startPage_;
    Workspace* workspace_;
    QAction *openPictures_ = nullptr, *openRun_ = nullptr, *openCheckpoint_ = nullptr, *measure_ = nullptr;
    QActionGroup* themes_ = nullptr;
    ThemeChoice theme_ = ThemeChoice::system;
    std::shared_ptr<const RunInfo> run_;
    std::string shownError_;
    QString saveFailure_;   ///< that the message tells, or told
    JobId inspection_ = 0;  ///< of the file that is to be opened
    JobId measurement_ = 0; ///< of the run, asked for by hand
    bool keepsSettings_ = true;
};

} // namespace dinoscope
