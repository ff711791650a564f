// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/runs_panel.h"

#include "engine/api/unclosed_run.h"
#include "ui/checkpoint_words.h"
#include "ui/compare_table.h"
#include "ui/disk_forecast.h"
#include "ui/engine_bridge.h"
#include "ui/extend_dialog.h"
#include "ui/fork_dialog.h"
#include "ui/moment.h"
#include "ui/run_note.h"
#include "ui/texts.h"
#include "ui/trash.h"
#include "widgets/flow_layout.h"
#include "widgets/inline_question.h"
#include "widgets/time_line.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kScrubRestMs = 120;

/// Enabled if there is no reason against it; the reason, or else the tip, is its tool tip.
void allow(QPushButton* button, const QString& whyNot, const QString& tip) {
    button->setEnabled(whyNot.isEmpty());
    button->setToolTip(whyNot.isEmpty() ? tip : whyNot);
}

void setTone(QLabel* label, const char* tone) {
    label->setProperty("tone", QString::fromLatin1(tone));
    label->style()->polish(label);
}

QString folderName(const QString& folder) { return QFileInfo(QDir::cleanPath(folder)).fileName(); }

} // namespace

RunsPanel::RunsPanel(const PanelContext& context, QWidget* parent)
    : Panel(context, parent), jobs_(context.bridge), title_(new QLabel(this)), readOut_(new QLabel(this)),
      disk_(new QLabel(this)), message_(new QLabel(this)), empty_(new QLabel(this)), line_(new TimeLine(this)),
      question_(new InlineQuestion(this)), note_(new RunNote(this)),
      compare_(new CompareTable(context.comparison, this)) {
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* board = new QWidget;
    auto* column = new QVBoxLayout(board);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(8);
    full_ = new QWidget(board);
    auto* inner = new QVBoxLayout(full_);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(8);
    title_->setProperty("heading", true);
    for (QLabel* label : {title_, readOut_, disk_, message_, empty_}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    readOut_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    disk_->setProperty("muted", true);
    for (QWidget* widget : std::initializer_list<QWidget*>{line_, readOut_, makeMomentRow(), note_, disk_})
        inner->addWidget(widget);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{title_, makeRunRow(), makeEmptyRow(), question_, message_, full_, compare_})
        column->addWidget(widget);
    column->addStretch(1);
    scroll->setWidget(board);
    scroll->viewport()->setAutoFillBackground(false);
    board->setAutoFillBackground(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(12, 8, 4, 8);
    whole->addWidget(scroll);
    scrub_.setSingleShot(true);
    scrub_.setInterval(kScrubRestMs);
    connect(&scrub_, &QTimer::timeout, this, &RunsPanel::choose);
    connect(line_, &TimeLine::chosen, this, [this] {
        scrub_.start();
        showReadOut();
        updateButtons();
    });
    connect(note_, &RunNote::written, this, &RunsPanel::keepNote);
    connect(&moment(), &Moment::changed, this, &RunsPanel::followMoment);
    onNewRun();
}

QWidget* RunsPanel::makeRunRow() {
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(8, bar);
    extend_ = new QPushButton(tr("Extend…"), bar);
    compareButton_ = new QPushButton(tr("Compare…"), bar);
    verify_ = new QPushButton(tr("Verify every byte"), bar);
    trashRun_ = new QPushButton(tr("Move another run to the trash…"), bar);
    for (QPushButton* button : {extend_, compareButton_, verify_, trashRun_})
        row->addWidget(button);
    connect(extend_, &QPushButton::clicked, this, &RunsPanel::extend);
    connect(verify_, &QPushButton::clicked, this, &RunsPanel::verify);
    connect(compareButton_, &QPushButton::clicked, this, [this] {
        if (const QString other = chooseRun(tr("Compare with the run in a folder")); !other.isEmpty())
            compareWith(other);
    });
    connect(trashRun_, &QPushButton::clicked, this, [this] {
        if (const QString other = chooseRun(tr("Move the run in a folder to the trash")); !other.isEmpty())
            askToTrashRun(other);
    });
    return bar;
}

QWidget* RunsPanel::makeMomentRow() {
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(8, bar);
    live_ = new QPushButton(tr("Live"), bar);
    fork_ = new QPushButton(tr("Fork…"), bar);
    export_ = new QPushButton(tr("Export this moment…"), bar);
    trash_ = new QPushButton(tr("Move to trash"), bar);
    for (QPushButton* button : {live_, fork_, export_, trash_})
        row->addWidget(button);
    connect(live_, &QPushButton::clicked, this, [this] {
        line_->choose(TimeLine::kPresent);
        choose();
    });
    connect(fork_, &QPushButton::clicked, this, &RunsPanel::fork);
    connect(trash_, &QPushButton::clicked, this, &RunsPanel::trashChosen);
    connect(export_, &QPushButton::clicked, this, [this] {
        const CheckpointReport* checkpoint = chosen();
        emit exportAsked(checkpoint ? std::optional(checkpoint->step) : std::nullopt);
    });
    return bar;
}

QWidget* RunsPanel::makeEmptyRow() {
    emptyRow_ = new QWidget(this);
    auto* row = new QVBoxLayout(emptyRow_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    empty_->setProperty("muted", true);
    fill_ = new QPushButton(emptyRow_);
    row->addWidget(empty_);
    row->addWidget(fill_, 0, Qt::AlignLeft);
    connect(fill_, &QPushButton::clicked, this, [this] {
        if (!run_)
            emit openAsked();
        else
            bridge().post(SaveCommand{}, this, [this](const Acknowledgement& answer) {
                if (answer.refused)
                    say(textOf(answer.refused->message), true);
            });
    });
    return emptyRow_;
}

QString RunsPanel::folder() const { return run_ ? textOf(run_->runFolder) : QString(); }

bool RunsPanel::canStartJobs() const { return isAllowed(state_, CommandKind::startJob); }

QString RunsPanel::readOut() const { return readOut_->text(); }

QString RunsPanel::message() const { return message_->isHidden() ? QString() : message_->text(); }

void RunsPanel::say(const QString& sentence, bool isBad) {
    setTone(message_, isBad ? "bad" : "");
    message_->setText(sentence);
    message_->setVisible(!sentence.isEmpty());
}

const CheckpointReport* RunsPanel::chosen() const {
    const int stop = line_->current();
    return stop == TimeLine::kPresent ? nullptr : &report_.checkpoints[static_cast<std::size_t>(stop)];
}

const CheckpointReport* RunsPanel::origin() const {
    const CheckpointReport* checkpoint = chosen();
    if (!checkpoint)
        return report_.newestGood();
    return checkpoint->problem.empty() ? checkpoint : nullptr;
}

void RunsPanel::onNewRun() {
    note_->commit();
    run_ = bridge().snapshot()->run;
    report_ = {};
    line_->setStops({}, 0);
    line_->choose(TimeLine::kPresent);
    note_->setKept({});
    question_->withdraw();
    comparison().set(std::nullopt);
    say({});
    stale_ = true;
    showAll();
    refresh();
}

void RunsPanel::onSnapshot(const Snapshot& snapshot) {
    const bool changed = snapshot.state != state_ || snapshot.run != run_;
    run_ = snapshot.run;
    state_ = snapshot.state;
    params_ = snapshot.params;
    compare_->setParams(params_);
    if (std::exchange(step_, snapshot.step) != snapshot.step && isVisible())
        line_->setStops(stopsOf(report_), static_cast<double>(step_.value));
    if (changed) {
        stale_ = stale_ || state_ == RunState::finished || state_ == RunState::failed;
        showAll();
    }
    refresh();
}

void RunsPanel::onLog(const LogLine& line) {
    if (!line.text.starts_with("Saved the checkpoint of step"))
        return;
    stale_ = true;
    refresh();
}

void RunsPanel::showEvent(QShowEvent* event) {
    Panel::showEvent(event);
    refresh();
    showAll();
}

/// Looks into the folder if there is news and somebody sees it.
void RunsPanel::refresh() {
    if (stale_ && !looking_ && isVisible() && !folder().isEmpty() && canStartJobs())
        look(false);
}

void RunsPanel::verify() {
    if (!looking_)
        look(true);
}

void RunsPanel::look(bool everyByte) {
    looking_ = true;
    stale_ = false;
    const auto of = run_;
    jobs_.start(CheckRunRequest{folder().toStdString(), everyByte}, [this, of, everyByte](const JobResult& result) {
        looking_ = false;
        if (of != run_)
            return refresh();
        if (const auto* report = std::get_if<RunReport>(&result.answer)) {
            take(*report);
            const auto damaged = std::count_if(report_.checkpoints.begin(), report_.checkpoints.end(),
                                               [](const auto& one) { return !one.problem.empty(); });
            if (everyByte && damaged == 0)
                say(report_.checkpoints.size() == 1
                        ? tr("Every byte of the checkpoint was compared with its checksum: it is whole.")
                        : tr("Every byte of %1 checkpoints was compared with its checksum: all are whole.")
                              .arg(report_.checkpoints.size()));
            else if (everyByte)
                say(tr("%1 of %2 checkpoints are damaged; a cross marks them.")
                        .arg(damaged)
                        .arg(report_.checkpoints.size()),
                    true);
        } else if (result.error && result.error->code != ErrorCode::cancelled && everyByte) {
            say(textOf(result.error->message), true);
        }
        updateButtons();
        refresh();
    });
    updateButtons();
}

void RunsPanel::take(RunReport report) {
    report_ = std::move(report);
    note_->setKept(textOf(report_.note));
    line_->setStops(stopsOf(report_), static_cast<double>(step_.value));
    if (line_->current() == TimeLine::kPresent && !moment().isLive())
        moment().set(std::nullopt); // its checkpoint is gone
    showAll();
}

void RunsPanel::choose() {
    scrub_.stop();
    const CheckpointReport* checkpoint = chosen();
    if (checkpoint && checkpoint->problem.empty())
        moment().set(checkpoint->step);
    else
        moment().set(std::nullopt);
    showReadOut();
    updateButtons();
}

void RunsPanel::followMoment() {
    scrub_.stop();
    const CheckpointReport* checkpoint = chosen();
    if (moment().isLive() && checkpoint && checkpoint->problem.empty())
        line_->choose(TimeLine::kPresent);
    showReadOut();
    updateButtons();
}

void RunsPanel::showAll() {
    title_->setText(run_ && !folder().isEmpty() ? folderName(folder()) : QString());
    title_->setToolTip(folder());
    title_->setVisible(!title_->text().isEmpty());
    const DiskForecast forecast = forecastDisk(report_);
    disk_->setText(forecast.sentence);
    setTone(disk_, forecast.isTight ? "warning" : "");
    showEmpty();
    showReadOut();
    updateButtons();
}

void RunsPanel::showEmpty() {
    QString why, button;
    if (!run_) {
        why = tr("The checkpoints of a run appear here as a time line, to look back, to fork and to compare.");
        button = tr("Open a run…");
    } else if (folder().isEmpty()) {
        why = tr("This run keeps no folder, so there are no checkpoints. Choose \"Keep settings, curves, log and "
                 "checkpoints in a folder\" when you start the next one.");
    } else if (report_.checkpoints.empty()) {
        why = tr("There is no checkpoint yet. One is saved every few minutes of training, at the end of the run, and "
                 "when you ask for it.");
        button = tr("Save checkpoint");
    }
    empty_->setText(why);
    emptyRow_->setVisible(!why.isEmpty());
    fill_->setText(button);
    fill_->setVisible(!button.isEmpty());
    full_->setVisible(run_ && !folder().isEmpty());
    for (QWidget* widget : std::initializer_list<QWidget*>{line_, readOut_, live_->parentWidget()})
        widget->setVisible(!report_.checkpoints.empty());
}

void RunsPanel::showReadOut() {
    const CheckpointReport* checkpoint = chosen();
    if (checkpoint)
        readOut_->setText(wordsOf(*checkpoint, bestOf(report_) == line_->current()));
    else
        readOut_->setText(tr("The present, step %1. Choose a checkpoint on the line and every panel shows that moment.")
                              .arg(countText(step_.value)));
}

void RunsPanel::updateButtons() {
    const QString noLoad = textOf(refusal(state_, CommandKind::load));
    const QString noJob = textOf(refusal(state_, CommandKind::startJob));
    const QString noFolder = folder().isEmpty() ? tr("No run with a folder is open.") : QString();
    const auto first = [](std::initializer_list<QString> reasons) {
        for (const QString& reason : reasons)
            if (!reason.isEmpty())
                return reason;
        return QString();
    };
    const CheckpointReport* checkpoint = chosen();
    const QString noOrigin = origin()     ? QString()
                             : checkpoint ? tr("This checkpoint is damaged; choose another one.")
                                          : tr("There is no whole checkpoint yet.");
    allow(live_, checkpoint ? QString() : tr("The panels show the present."), tr("Shows the run as it is now again"));
    allow(fork_, first({noFolder, noOrigin, noLoad}),
          checkpoint ? tr("Begins a new run from this checkpoint") : tr("Begins a new run from the newest checkpoint"));
    allow(export_, first({noFolder, checkpoint ? noOrigin : QString(), noJob}),
          tr("Writes the networks of this moment for other programs"));
    QString noTrash;
    if (!checkpoint)
        noTrash = tr("Choose a checkpoint on the line first.");
    else if (checkpoint == report_.newestGood())
        noTrash = tr("The newest whole checkpoint is the one that the run goes on from; it stays.");
    allow(trash_, noTrash, tr("Moves this checkpoint to the trash"));
    allow(extend_,
          first({noFolder, report_.newestGood() ? QString() : tr("There is no whole checkpoint yet."), noLoad}),
          tr("Plans more epochs and goes on from the newest checkpoint"));
    allow(compareButton_, first({run_ ? QString() : tr("No run is open."), noJob}),
          tr("Draws the curves of another run over these"));
    allow(verify_,
          first({noFolder, report_.checkpoints.empty() ? tr("There is no checkpoint yet.") : QString(), noJob,
                 looking_ ? tr("The folder is being looked at.") : QString()}),
          tr("Compares every byte of every checkpoint with its checksum"));
    allow(trashRun_, noJob, tr("Asks for a folder, looks whether it holds a run, and asks again"));
    allow(fill_, run_ ? first({noFolder, textOf(refusal(state_, CommandKind::save))}) : noLoad, fill_->text());
}

void RunsPanel::fork() {
    if (!origin())
        return;
    auto* dialog = new ForkDialog(folder(), origin()->step, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ForkDialog::chosen, this, &RunsPanel::loadAsked);
    dialog->open();
}

void RunsPanel::extend() {
    if (!params_)
        return;
    auto* dialog = new ExtendDialog(bridge().catalog(), folder(), *params_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExtendDialog::chosen, this, &RunsPanel::loadAsked);
    dialog->open();
}

QString RunsPanel::chooseRun(const QString& title) {
    return QFileDialog::getExistingDirectory(this, title,
                                             folder().isEmpty() ? QDir::homePath() : QFileInfo(folder()).path());
}

void RunsPanel::compareWith(const QString& other) {
    say({});
    if (!folder().isEmpty() && overlap(other, folder()))
        return say(tr("That is the open run itself; choose the folder of another one."), true);
    jobs_.start(ReadRunRequest{other.toStdString()}, [this, of = run_](const JobResult& result) {
        if (of != run_)
            return;
        if (const auto* record = std::get_if<RecordReport>(&result.answer))
            comparison().set(*record);
        else if (result.error && result.error->code != ErrorCode::cancelled)
            say(textOf(result.error->message), true);
    });
}

void RunsPanel::trashChosen() {
    const CheckpointReport* checkpoint = chosen();
    if (!checkpoint || checkpoint == report_.newestGood())
        return;
    const QString path = textOf(checkpoint->path), step = countText(checkpoint->step.value);
    const auto go = [this, path, done = tr("The checkpoint of step %1 is in the trash.").arg(step)] {
        trashNow(path, done);
    };
    if (checkpoint->kept)
        question_->ask(tr("The checkpoint of step %1 was kept by hand. Move it to the trash all the same?").arg(step),
                       tr("Move to trash"), go);
    else
        go();
}

void RunsPanel::trashNow(const QString& path, const QString& done) {
    if (const auto failure = moveToTrash(path))
        return say(*failure, true);
    say(done);
    line_->choose(TimeLine::kPresent);
    choose();
    stale_ = true;
    refresh();
}

void RunsPanel::askToTrashRun(const QString& other) {
    say({});
    question_->withdraw();
    if (!folder().isEmpty() && overlap(other, folder()))
        return say(tr("The open run stays; choose the folder of another one."), true);
    if (isRunOpen(other.toStdString()))
        return say(tr("Another program has the run '%1' open; stop it there first.").arg(folderName(other)), true);
    jobs_.start(CheckRunRequest{other.toStdString(), false}, [this, other](const JobResult& result) {
        const auto* report = std::get_if<RunReport>(&result.answer);
        if (!report)
            return say(result.error ? textOf(result.error->message) : tr("'%1' holds no run.").arg(other), true);
        question_->ask(tr("Move the run '%1' with %2 checkpoints, %3 in all, to the trash?")
                           .arg(folderName(other))
                           .arg(report->checkpoints.size())
                           .arg(fileSizeText(report->bytes)),
                       tr("Move to trash"), [this, other] {
                           // It was opened meanwhile.
                           if (isRunOpen(other.toStdString()) || (!folder().isEmpty() && overlap(other, folder())))
                               return say(tr("The open run stays; choose the folder of another one."), true);
                           trashNow(other, tr("The run '%1' is in the trash.").arg(folderName(other)));
                       });
    });
}

void RunsPanel::keepNote(const QString& note) {
    if (folder().isEmpty())
        return;
    jobs_.start(NoteRunRequest{folder().toStdString(), note.toStdString()}, [this](const JobResult& result) {
        if (result.error && result.error->code != ErrorCode::cancelled)
            say(textOf(result.error->message), true);
    });
}

} // namespace dinoscope
