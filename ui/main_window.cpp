// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main_window.h"

#include "ui/checkpoint_dialog.h"
#include "ui/crashed_run.h"
#include "ui/engine_bridge.h"
#include "ui/export_dialog.h"
#include "ui/moment.h"
#include "ui/moment_bar.h"
#include "ui/new_run_dialog.h"
#include "ui/panels/neighbours_panel.h"
#include "ui/panels/parameters_panel.h"
#include "ui/panels/runs_panel.h"
#include "ui/recent_runs.h"
#include "ui/run_bar.h"
#include "ui/run_comparison.h"
#include "ui/run_draft.h"
#include "ui/run_opener.h"
#include "ui/start_page.h"
#include "ui/texts.h"
#include "ui/workspace.h"
#include "widgets/message_bar.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

/// The paths of what was dropped, as data.path takes them; empty if something of it is no folder and no tar file.
QString droppedPictures(const QMimeData& dropped) {
    QStringList paths;
    for (const QUrl& url : dropped.urls()) {
        const QFileInfo file(url.toLocalFile());
        if (!file.isDir() && file.suffix() != QLatin1String("tar"))
            return {};
        paths << file.absoluteFilePath();
    }
    return paths.join(QLatin1Char(';'));
}

} // namespace

MainWindow::MainWindow(std::unique_ptr<Engine> engine, QWidget* parent)
    : QMainWindow(parent), bridge_(new EngineBridge(std::move(engine), this)),
      draft_(new RunDraft(bridge_->catalog(), this)), runBar_(new RunBar(*bridge_, this)), moment_(new Moment(this)),
      comparison_(new RunComparison(this)), opener_(new RunOpener(*bridge_, this)), recent_(new RecentRuns(this)),
      messages_(new MessageBar(this)), crashedRun_(new CrashedRunBar(this)), pages_(new QStackedWidget(this)),
      startPage_(new StartPage(*draft_, *recent_, this)),
      workspace_(new Workspace({*bridge_, *draft_, *moment_, *comparison_}, this)) {
    setObjectName(QStringLiteral("mainWindow"));
    setWindowTitle(tr("Dinoscope"));
    resize(1440, 900);
    addToolBar(Qt::TopToolBarArea, runBar_);
    setContextMenuPolicy(Qt::NoContextMenu); // the only toolbar stays
    setAcceptDrops(true);
    auto* middle = new QWidget(this);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(messages_);
    column->addWidget(crashedRun_);
    column->addWidget(new MomentBar(*moment_, this));
    column->addWidget(pages_, 1);
    pages_->addWidget(startPage_);
    pages_->addWidget(workspace_);
    setCentralWidget(middle);
    makeMenus();
    connectBridge();
    connect(runBar_, &RunBar::complained, this, &MainWindow::complain);
    connect(runBar_, &RunBar::searched, this, [this](const QString& words) {
        if (!words.isEmpty() && showsWorkspace()) {
            QDockWidget* dock = workspace_->dock(QStringLiteral("parameters"));
            dock->show();
            dock->raise();
        }
        workspace_->panel<ParametersPanel>()->setFilter(words);
    });
    connect(runBar_, &RunBar::goesOn, this, [this] { // an error of before may come again
        shownError_.clear();
        messages_->clear();
    });
    connect(runBar_->newRun(), &QAction::triggered, this, [this] { showNewRun(); });
    connect(crashedRun_, &CrashedRunBar::continueAsked, this, [this](const QString& folder) {
        const std::string path = folder.toStdString();
        openRun(LoadCommand{path, OpenCommand{{}, path, 0, 0}, {}}, true);
    });
    connect(startPage_, &StartPage::picturesAsked, this, &MainWindow::choosePictures);
    connect(startPage_, &StartPage::checkpointAsked, this, &MainWindow::chooseCheckpoint);
    connect(startPage_, &StartPage::runAsked, this, &MainWindow::chooseRunFolder);
    connect(startPage_, &StartPage::runChosen, this, &MainWindow::openRunFolder);
    connect(opener_, &RunOpener::opened, this, &MainWindow::showLoaded);
    connect(opener_, &RunOpener::failed, this, &MainWindow::complain);
    connect(recent_, &RecentRuns::changed, this, &MainWindow::noteRecent);
    connect(startPage_, &StartPage::presetChosen, this, [this](const QString& id) {
        if (!draft_->choosePreset(id.toStdString()))
            return;
        draft_->runFolder = draft_->suggestedFolder().toStdString();
        draft_->maxSteps = 0;
        draft_->maxMinutes = 0;
        startRun();
    });
    takeSnapshot(*bridge_->snapshot());
    pages_->setFocusPolicy(Qt::StrongFocus);
    pages_->setFocus();
}

/// Panels first: they refer to the draft and the bridge.
MainWindow::~MainWindow() { delete takeCentralWidget(); }

void MainWindow::connectBridge() {
    connect(bridge_, &EngineBridge::snapshotChanged, this, [this](const auto& snapshot) { takeSnapshot(*snapshot); });
    for (Panel* panel : workspace_->panels()) {
        connect(bridge_, &EngineBridge::pointsArrived, panel, &Panel::onPoints);
        connect(bridge_, &EngineBridge::acknowledged, panel, &Panel::onAcknowledgement);
        connect(bridge_, &EngineBridge::logged, panel, &Panel::onLog);
        connect(bridge_, &EngineBridge::resultArrived, panel, &Panel::onResult);
        connect(panel, &Panel::complained, this, &MainWindow::complain);
    }
    connect(workspace_->panel<NeighboursPanel>(), &NeighboursPanel::measureAsked, this, &MainWindow::measureNow);
    auto* runs = workspace_->panel<RunsPanel>();
    connect(runs, &RunsPanel::loadAsked, opener_, &RunOpener::open);
    connect(runs, &RunsPanel::exportAsked, this, &MainWindow::showExport);
    connect(runBar_->exportAction(), &QAction::triggered, this, [this] { showExport(moment_->step()); });
    connect(runs, &RunsPanel::openAsked, this, &MainWindow::chooseRunFolder);
    connect(bridge_, &EngineBridge::jobEnded, this, &MainWindow::takeJobResult);
    connect(bridge_, &EngineBridge::closed, this, [this] {
        emit ended();
        close();
    });
}

void MainWindow::takeJobResult(const JobResult& result) {
    const bool inspected = result.id == std::exchange(inspection_, inspection_ == result.id ? 0 : inspection_);
    const bool measured = result.id == std::exchange(measurement_, measurement_ == result.id ? 0 : measurement_);
    if (!inspected && !measured)
        return;
    if (result.error && result.error->code != ErrorCode::cancelled)
        complain(textOf(result.error->message));
    else if (const auto* report = std::get_if<FileReport>(&result.answer))
        askForCheckpoint(*report);
}

void MainWindow::makeMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(runBar_->newRun());
    openPictures_ =
        file->addAction(tr("Open a &folder of pictures…"), QKeySequence::Open, this, &MainWindow::choosePictures);
    openRun_ = file->addAction(tr("Open &run…"), this, &MainWindow::chooseRunFolder);
    openRun_->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+O")));
    openCheckpoint_ = file->addAction(tr("&Open checkpoint…"), this, &MainWindow::chooseCheckpoint);
    file->addSeparator();
    file->addAction(runBar_->action(CommandKind::save));
    file->addAction(runBar_->exportAction());
    QAction* copy = file->addAction(tr("&Copy as command line"), this, &MainWindow::copyCommandLine);
    copy->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+C")));
    copy->setToolTip(tr("The dinoscope-cli call that trains with these settings"));
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);
    QMenu* run = menuBar()->addMenu(tr("&Run"));
    for (const CommandKind kind : {CommandKind::run, CommandKind::pause, CommandKind::step, CommandKind::stop})
        run->addAction(runBar_->action(kind));
    run->addSeparator();
    measure_ = run->addAction(tr("&Measure now"), QKeySequence(Qt::Key_F8), this, &MainWindow::measureNow);
    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(tr("&Start page"), this, [this] { pages_->setCurrentWidget(startPage_); });
    view->addAction(tr("&Panels"), this, &MainWindow::showWorkspace);
    view->addSeparator();
    workspace_->fillViewMenu(*view);
    view->addSeparator();
    QMenu* layouts = view->addMenu(tr("&Layout"));
    for (const auto& [name, label] : {std::pair("train", tr("Train")), std::pair("temperature", tr("Temperature")),
                                      std::pair("attention", tr("Attention"))})
        layouts->addAction(label, this, [this, name = QString::fromLatin1(name)] {
            pages_->setCurrentWidget(workspace_);
            workspace_->applyLayout(name);
        });
    layouts->addSeparator();
    layouts->addAction(tr("&Reset layout"), this, [this] {
        pages_->setCurrentWidget(workspace_);
        workspace_->resetLayout();
    });
    makeThemeMenu(*view);
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&About Dinoscope"), this, &MainWindow::showAbout);
    help->addAction(tr("About &Qt"), qApp, &QApplication::aboutQt);
}

void MainWindow::makeThemeMenu(QMenu& view) {
    QMenu* menu = view.addMenu(tr("&Theme"));
    themes_ = new QActionGroup(this);
    for (const auto& [choice, label] :
         {std::pair(ThemeChoice::system, tr("As the system")), std::pair(ThemeChoice::light, tr("Light")),
          std::pair(ThemeChoice::dark, tr("Dark"))}) {
        QAction* action = menu->addAction(label, this, [this, choice = choice] { setTheme(choice); });
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        action->setChecked(choice == theme_);
        themes_->addAction(action);
    }
}

bool MainWindow::showsWorkspace() const { return pages_->currentWidget() == workspace_; }

void MainWindow::showWorkspace() { pages_->setCurrentWidget(workspace_); }

void MainWindow::setTheme(ThemeChoice choice) {
    theme_ = choice;
    for (QAction* action : themes_->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(choice));
    applyTheme(*qApp, choice);
}

void MainWindow::startRun() { openRun(draft_->prepareCommand(), true); }

void MainWindow::offerCrashedRun(const QString& runsFolder) { crashedRun_->lookIn(runsFolder, keepsSettings_); }

void MainWindow::openRun(const Command& prepare, bool thenTrain) {
    messages_->clear();
    shownError_.clear();
    const auto failed = [this](const Acknowledgement& acknowledgement) {
        complain(textOf(acknowledgement.refused->message));
        emit startFailed(textOf(acknowledgement.refused->message));
    };
    bridge_->post(prepare, this, [this, failed, thenTrain](const Acknowledgement& opened) {
        if (opened.refused) {
            if (opened.refused->code != ErrorCode::cancelled)
                failed(opened);
            return;
        }
        showWorkspace();
        if (!thenTrain)
            return;
        bridge_->post(RunCommand{}, this, [failed](const Acknowledgement& started) {
            if (started.refused)
                failed(started);
        });
    });
}

void MainWindow::measureNow() {
    measurement_ = bridge_->newJobId();
    bridge_->post(StartJobCommand{measurement_, EvaluateRunRequest{}}, this, [this](const Acknowledgement& answer) {
        if (answer.refused)
            complain(textOf(answer.refused->message));
    });
}

void MainWindow::takeSnapshot(const Snapshot& snapshot) {
    if (snapshot.run != run_) {
        run_ = snapshot.run;
        crashedRun_->setVisible(crashedRun_->isVisibleTo(crashedRun_->parentWidget()) && !run_);
        moment_->set(std::nullopt);
        if (run_)
            for (Panel* panel : workspace_->panels())
                panel->onNewRun();
        setWindowTitle(run_ ? tr("%1 – Dinoscope").arg(textOf(run_->dataName)) : tr("Dinoscope"));
    }
    runBar_->show(snapshot);
    const bool busy = snapshot.state == RunState::starting || snapshot.state == RunState::stopping;
    QString words;
    if (busy && snapshot.work.what.empty())
        words = tr("The run is being prepared…");
    else if (busy)
        words = workText(snapshot.work);
    else if (!isAllowed(snapshot.state, CommandKind::open))
        words = textOf(refusal(snapshot.state, CommandKind::open));
    startPage_->setBusy(words);
    openPictures_->setEnabled(isAllowed(snapshot.state, CommandKind::open));
    for (QAction* action : {openRun_, openCheckpoint_})
        action->setEnabled(isAllowed(snapshot.state, CommandKind::load));
    recent_->follow(snapshot);
    measure_->setEnabled(snapshot.run && isAllowed(snapshot.state, CommandKind::requestProbe));
    for (Panel* panel : workspace_->panels())
        panel->onSnapshot(snapshot);
    if (snapshot.lastError && snapshot.lastError->message != shownError_) {
        shownError_ = snapshot.lastError->message;
        complain(textOf(shownError_));
    }
    showSaveFailure(snapshot.saveFailure);
}

void MainWindow::showSaveFailure(const std::optional<Error>& failure) {
    const QString sentence = failure ? textOf(failure->message) : QString();
    if (sentence == saveFailure_)
        return;
    if (!sentence.isEmpty())
        messages_->say(MessageBar::Kind::error, sentence,
                       {runBar_->action(CommandKind::save), runBar_->exportAction()});
    else if (messages_->sentence() == saveFailure_)
        messages_->clear();
    saveFailure_ = sentence;
}

bool MainWindow::hasShown(Step step) const {
    const auto& panels = workspace_->panels();
    return std::all_of(panels.begin(), panels.end(), [step](const Panel* panel) { return panel->hasShown(step); });
}

void MainWindow::complain(const QString& sentence) { messages_->say(MessageBar::Kind::error, sentence); }

void MainWindow::showNewRun(const QString& pictures) {
    auto* dialog = new NewRunDialog(*bridge_, *draft_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (!pictures.isEmpty())
        dialog->setPictures(pictures);
    connect(dialog, &QDialog::accepted, this, &MainWindow::startRun);
    dialog->open();
}

void MainWindow::choosePictures() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a folder of pictures"));
    if (!folder.isEmpty())
        showNewRun(folder);
}

/// Folders and tar files become the pictures of a new run. Single pictures go to the panels that show one.
void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (openPictures_->isEnabled() && !droppedPictures(*event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    showNewRun(droppedPictures(*event->mimeData()));
}

void MainWindow::chooseCheckpoint() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open checkpoint"), {},
                                                      tr("Networks (*.pth *.pt *.safetensors);;All files (*)"));
    if (!path.isEmpty())
        openCheckpoint(path);
}

void MainWindow::chooseRunFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open run: the folder that it is kept in"),
                                                             QDir::homePath() + QStringLiteral("/Dinoscope/runs"));
    if (!folder.isEmpty())
        openRunFolder(folder);
}

void MainWindow::openRunFolder(const QString& folder) {
    messages_->clear();
    shownError_.clear();
    opener_->openFolder(folder);
}

/// The form shows the values of the run that was opened, and so does the next run begin.
void MainWindow::showLoaded() {
    if (const auto& params = bridge_->snapshot()->params)
        draft_->adopt(*params);
    showWorkspace();
}

void MainWindow::openCheckpoint(const QString& path) {
    messages_->clear();
    inspection_ = bridge_->newJobId();
    bridge_->post(StartJobCommand{inspection_, InspectRequest{path.toStdString()}}, this,
                  [this](const Acknowledgement& answer) {
                      if (answer.refused)
                          complain(textOf(answer.refused->message));
                  });
}

void MainWindow::askForCheckpoint(const FileReport& report) {
    if (report.params.empty()) {
        complain(report.notes.empty() ? tr("%1 holds no network.").arg(textOf(report.path))
                                      : textOf(report.notes.back()));
        return;
    }
    auto* dialog = new CheckpointDialog(*draft_, report, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this] { openRun(draft_->prepareCommand(), false); });
    dialog->open();
}

void MainWindow::showExport(std::optional<Step> at) {
    auto* dialog = new ExportDialog(*bridge_, at, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show(); // the run can be paused and watched meanwhile
}

void MainWindow::copyCommandLine() {
    const auto& params = bridge_->snapshot()->params;
    const bool live = params && isAllowed(bridge_->snapshot()->state, CommandKind::setParam);
    QApplication::clipboard()->setText(draft_->commandLine(live ? *params : draft_->params()));
    messages_->say(MessageBar::Kind::note, tr("Copied: %1").arg(QApplication::clipboard()->text()));
}

void MainWindow::showAbout() {
    QMessageBox::about(
        this, tr("About Dinoscope"),
        tr("<h3>Dinoscope %1</h3><p>A laboratory for self-distillation with no labels: train a student from its own "
           "moving-average teacher and watch both.</p><p>Free software under the GNU General Public License, "
           "version 3 or later.</p>")
            .arg(QCoreApplication::applicationVersion()));
}

void MainWindow::noteRecent() {
    if (!keepsSettings_)
        return;
    QSettings settings;
    recent_->save(settings);
}

void MainWindow::restoreSettings() {
    if (!keepsSettings_)
        return;
    const QSettings settings;
    setTheme(themeNamed(settings.value(QStringLiteral("theme")).toString()));
    restoreGeometry(settings.value(QStringLiteral("layout/window")).toByteArray());
    workspace_->restore(settings);
    recent_->load(settings);
}

void MainWindow::saveSettings() const {
    if (!keepsSettings_)
        return;
    QSettings settings;
    settings.setValue(QStringLiteral("theme"), themeName(theme_));
    settings.setValue(QStringLiteral("layout/window"), saveGeometry());
    workspace_->save(settings);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (bridge_->isClosed()) {
        saveSettings();
        event->accept();
        return;
    }
    const bool second = bridge_->isClosing();
    bridge_->close(); // the second time it skips the closing evaluation
    if (second) {
        saveSettings();
        event->accept(); // the engine ends behind the hidden window
        return;
    }
    event->ignore();
    if (isAllowed(bridge_->snapshot()->state, CommandKind::stop))
        messages_->say(
            MessageBar::Kind::note,
            tr("The run is being stopped; the window closes when it has ended. Close it again to quit at once."));
}

} // namespace dinoscope
