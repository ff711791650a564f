// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/data_panel.h"

#include "ui/data_words.h"
#include "ui/engine_bridge.h"
#include "ui/file_places.h"
#include "ui/picture_menu.h"
#include "ui/pictures.h"
#include "ui/run_draft.h"
#include "ui/sample_grid.h"
#include "ui/texts.h"
#include "widgets/bar_strip.h"
#include "widgets/flow_layout.h"
#include "widgets/picture_strip.h"
#include "widgets/record_table.h"

#include <QHBoxLayout>
#include <QItemSelectionModel>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QStyle>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr int kRowsSeen = 8;
constexpr int kLeastHeight = 20; // a line; low windows show all panels, too
constexpr std::int64_t kMostProgress = 1'000'000'000;

/// The value of a parameter; `otherwise` where the engine has none of that name.
template <class T> T valueOf(const ParamSet& params, const char* id, T otherwise) {
    const auto found = params.values().find(id);
    const T* value = found == params.values().end() ? nullptr : std::get_if<T>(&found->second);
    return value ? *value : otherwise;
}

} // namespace

DataPanel::DataPanel(const PanelContext& context, QWidget* parent)
    : Panel(context, parent), jobs_(context.bridge), title_(new QLabel(this)), facts_(new QLabel(this)),
      cache_(new QLabel(this)), counts_(new QLabel(this)), message_(new QLabel(this)), sizeWords_(new QLabel(this)),
      colors_(new QLabel(this)), problemWords_(new QLabel(this)), reason_(new QLabel(this)),
      classWords_(new QLabel(this)), progress_(new QProgressBar(this)),
      sizes_(new BarStrip(tr("Shorter sides in pixels"), ColorRole::accent, this)),
      mean_(new PictureStrip(tr("Mean picture"), ColorRole::text, this)),
      samples_(new SampleGrid(context.bridge, this)),
      problems_(
          new RecordTable(tr("Files that cannot be used"), {tr("File"), tr("Verdict"), tr("Reason")}, kRowsSeen, this)),
      classes_(
          new RecordTable(tr("Classes"), {tr("Class"), tr("To train on"), tr("To measure with")}, kRowsSeen, this)) {
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumHeight(kLeastHeight);
    auto* board = new QWidget;
    auto* column = new QVBoxLayout(board);
    column->setContentsMargins(0, 0, 8, 0);
    column->setSpacing(8);
    title_->setProperty("heading", true);
    cache_->setProperty("muted", true);
    sizeWords_->setProperty("muted", true);
    for (QLabel* label :
         {title_, facts_, cache_, counts_, message_, sizeWords_, colors_, problemWords_, reason_, classWords_}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    for (QLabel* label : {counts_, colors_, reason_})
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    for (QWidget* widget : std::initializer_list<QWidget*>{title_, facts_, cache_, makeScanRow(), progress_, message_,
                                                           counts_, samples_, makeResults()})
        column->addWidget(widget);
    column->addStretch(1);
    scroll->setWidget(board);
    scroll->viewport()->setAutoFillBackground(false);
    board->setAutoFillBackground(false);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(12, 8, 4, 8);
    whole->addWidget(scroll);
    connect(&draft(), &RunDraft::changed, this, &DataPanel::follow);
    connect(samples_, &SampleGrid::opened, this, [this](std::int64_t sample) {
        sendPicture(QStringLiteral("crops"), {PictureRef::Kind::sample, sample, {}, {}});
    });
    connect(samples_, &SampleGrid::menuAsked, this, [this](std::int64_t sample, const QPoint& at) {
        popUpPictureMenu(*this, {PictureRef::Kind::sample, sample, {}, {}}, at);
    });
    shown_ = target();
    say({});
    showProgress({});
    showFacts();
    showReport();
}

QWidget* DataPanel::makeScanRow() {
    auto* bar = new QWidget(this);
    auto* row = new FlowLayout(8, bar);
    start_ = new QPushButton(tr("Scan all pictures"), bar);
    cancel_ = new QPushButton(tr("Cancel"), bar);
    cancel_->setAccessibleName(tr("Cancel the scan"));
    row->addWidget(start_);
    row->addWidget(cancel_);
    progress_->setAccessibleName(tr("Progress of the scan"));
    connect(start_, &QPushButton::clicked, this, &DataPanel::scan);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        jobs_.cancel(scan_);
        cancel_->setEnabled(false);
    });
    return bar;
}

QWidget* DataPanel::makeResults() {
    results_ = new QWidget(this);
    auto* column = new QVBoxLayout(results_);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* measured = new QHBoxLayout;
    measured->setSpacing(12);
    mean_->setFixedSize(120, 140);
    mean_->setFocusPolicy(Qt::NoFocus);
    sizes_->setMinimumHeight(140);
    measured->addWidget(mean_);
    measured->addWidget(sizes_, 1);
    column->addLayout(measured);
    takeColors_ = new QPushButton(tr("Use for the next run"), results_);
    takeColors_->setToolTip(tr("Puts mean and deviation into augment.mean and augment.std of the next run"));
    copy_ = new QPushButton(tr("Copy list"), results_);
    copy_->setToolTip(tr("Copies the chosen rows, or all, with tabs between the columns"));
    openFolder_ = new QPushButton(tr("Open folder"), results_);
    auto* problemRow = new FlowLayout(8);
    problemRow->addWidget(openFolder_);
    problemRow->addWidget(copy_);
    column->addWidget(sizeWords_);
    column->addWidget(colors_);
    column->addWidget(takeColors_, 0, Qt::AlignLeft);
    for (QWidget* widget : std::initializer_list<QWidget*>{problemWords_, problems_, reason_})
        column->addWidget(widget);
    column->addLayout(problemRow);
    for (QWidget* widget : std::initializer_list<QWidget*>{classWords_, classes_})
        column->addWidget(widget);
    problems_->setColumnWidth(0, 220);
    classes_->setColumnWidth(0, 180);
    connect(problems_->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& now) {
        reason_->setText(now.isValid() ? problems_->textAt(now.row(), 2) : QString());
        updateButtons();
    });
    connect(problems_, &QTableView::activated, this, [this] { openProblemFolder(); });
    connect(openFolder_, &QPushButton::clicked, this, &DataPanel::openProblemFolder);
    connect(takeColors_, &QPushButton::clicked, this, &DataPanel::takeColors);
    connect(copy_, &QPushButton::clicked, this, [this] {
        problems_->copy();
        say(tr("The list is in the clipboard."));
    });
    return results_;
}

QString DataPanel::facts() const { return facts_->text(); }
QString DataPanel::cacheState() const { return cache_->isHidden() ? QString() : cache_->text(); }
QString DataPanel::counts() const { return counts_->text(); }
QString DataPanel::reason() const { return reason_->text(); }
QString DataPanel::message() const { return message_->isHidden() ? QString() : message_->text(); }

void DataPanel::say(const QString& sentence, bool isBad) {
    message_->setProperty("tone", isBad ? QStringLiteral("bad") : QString());
    message_->style()->polish(message_);
    message_->setText(sentence);
    message_->setVisible(!sentence.isEmpty());
}

DataPanel::Target DataPanel::target() const {
    const ParamSet& params = run_ && params_ ? *params_ : draft().params();
    return {valueOf(params, "data.path", std::string()), valueOf(params, "data.kind", std::string("auto")),
            valueOf(params, "data.official_loading", false), valueOf(params, "data.test_share", 0.0)};
}

/// Forgets what was found if the panel is about other pictures now.
void DataPanel::follow() {
    if (Target now = target(); now != shown_) {
        shown_ = std::move(now);
        report_.reset();
        jobs_.cancel(std::exchange(scan_, 0));
        say({});
        showProgress({});
        showReport();
    }
    showFacts();
}

void DataPanel::onNewRun() {
    run_ = bridge().snapshot()->run;
    params_ = bridge().snapshot()->params;
    samples_->setRun(run_);
    follow();
    showClasses();
}

void DataPanel::onSnapshot(const Snapshot& snapshot) {
    const bool changed = snapshot.state != state_ || snapshot.run != run_ || snapshot.params != params_;
    if (run_ && !snapshot.run)
        samples_->setRun(nullptr);
    state_ = snapshot.state;
    run_ = snapshot.run;
    params_ = snapshot.params;
    memory_ = snapshot.cache;
    if (changed)
        follow();
    if (scan_ != 0)
        showProgress(snapshot.work);
    if (isVisible())
        showCache();
    samples_->onSnapshot(snapshot);
}

void DataPanel::onResult(const ProbeResult& result) { samples_->onResult(result); }

bool DataPanel::hasShown(Step) const { return !isVisible() || !samples_->isWaiting(); }

void DataPanel::showEvent(QShowEvent* event) {
    Panel::showEvent(event);
    showCache();
}

void DataPanel::scan() {
    ScanRequest request{shown_.path, shown_.kind, shown_.officialLoading, shown_.testShare, true, true, 0};
    if (state_ == RunState::running)
        request.threads = 1; // the others are for the training
    report_.reset();
    say({});
    const auto of = std::make_shared<JobId>();
    *of = scan_ = jobs_.start(std::move(request), [this, of](const JobResult& result) {
        if (scan_ == *of)
            end(result);
    });
    showProgress({});
    showReport();
}

void DataPanel::end(const JobResult& result) {
    scan_ = 0;
    if (const auto* report = std::get_if<ScanReport>(&result.answer))
        report_ = *report;
    else if (result.error && result.error->code == ErrorCode::cancelled)
        say(tr("The scan was given up."));
    else if (result.error)
        say(textOf(result.error->message), true);
    showProgress({});
    showReport();
}

/// The file manager shows the folder of a bad file; a file in a tar file has that of the tar file.
void DataPanel::openProblemFolder() {
    const QModelIndex now = problems_->currentIndex();
    if (!now.isValid())
        return;
    const QString folder = folderOf(problems_->textAt(now.row(), 0), textOf(shown_.path));
    if (!openInFileManager(folder))
        say(tr("%1 could not be opened: there is no program that shows folders. \"Copy list\" copies the paths.")
                .arg(folder),
            true);
}

void DataPanel::takeColors() {
    if (!report_ || !report_->colors)
        return;
    for (const auto& [id, values] :
         {std::pair("augment.mean", &report_->colors->mean), std::pair("augment.std", &report_->colors->deviation)})
        if (const auto error = draft().setText(id, channelText(*values).toStdString()))
            return say(textOf(error->message), true);
    say(tr("The next run normalises pictures with this mean and deviation."));
}

void DataPanel::showFacts() {
    const QString path = textOf(shown_.path);
    title_->setText(run_ ? textOf(run_->dataName) : tr("Pictures of the next run"));
    title_->setToolTip(path);
    if (run_)
        facts_->setText(wordsOf(*run_));
    else if (path.isEmpty())
        facts_->setText(tr("No pictures are chosen yet: name a folder under \"Pictures\" (data.path) in the "
                           "Parameters."));
    else
        facts_->setText(tr("%1. A scan says what is in there before anything is trained.").arg(path));
    showCache();
    updateButtons();
}

void DataPanel::showCache() {
    const auto* mb = params_ ? &params_->values() : nullptr;
    std::optional<std::int64_t> cacheMb;
    if (mb && mb->contains("data.cache_mb"))
        cacheMb = valueOf(*params_, "data.cache_mb", std::int64_t{0});
    if (const QString words = run_ ? cacheWords(memory_, cacheMb) : QString(); words != cache_->text())
        cache_->setText(words);
    cache_->setVisible(run_ != nullptr);
}

void DataPanel::showProgress(const WorkProgress& work) {
    progress_->setVisible(scan_ != 0);
    progress_->setRange(0, static_cast<int>(std::clamp<std::int64_t>(work.total, 1, kMostProgress)));
    progress_->setValue(static_cast<int>(std::min(work.done, kMostProgress)));
    progress_->setFormat(work.what.empty() ? tr("Waiting for the engine") : workText(work));
}

void DataPanel::showReport() {
    results_->setVisible(report_.has_value() || (run_ && !run_->classNames.empty()));
    counts_->setText(report_
                         ? wordsOf(*report_)
                         : tr("What can be used, how large the pictures are, their mean and each bad file are known "
                              "after a scan, which reads every picture completely."));
    counts_->setProperty("muted", !report_.has_value());
    counts_->style()->polish(counts_);
    counts_->setVisible(scan_ == 0);
    showMean();
    std::vector<RecordTable::Row> rows;
    std::vector<float> bars;
    std::vector<BarStrip::Name> names;
    if (report_) {
        for (const ScanReport::Problem& problem : report_->problems)
            rows.push_back({textOf(problem.path), verdictText(problem.verdict), textOf(problem.reason)});
        for (const ScanReport::Sizes& sizes : report_->sizes) {
            bars.push_back(static_cast<float>(sizes.pictures));
            names.push_back(
                {tr("%1 to %2 pixels").arg(sizes.from).arg(sizes.to), tr("%1–%2").arg(sizes.from).arg(sizes.to)});
        }
    }
    problemWords_->setText(rows.empty()
                               ? tr("Every file with the name of a picture is one that can be used.")
                               : tr("%1 that cannot be used; training takes other pictures in their place.")
                                     .arg(rows.size() == 1
                                              ? tr("1 file")
                                              : tr("%1 files").arg(countText(static_cast<std::int64_t>(rows.size())))));
    problemWords_->setVisible(report_.has_value());
    problems_->setVisible(!rows.empty());
    reason_->setVisible(!rows.empty());
    reason_->setText(tr("Choose a file to read its reason in full."));
    copy_->setVisible(!rows.empty());
    openFolder_->setVisible(!rows.empty());
    problems_->setRows(std::move(rows));
    sizes_->setVisible(!bars.empty());
    sizes_->setValues(std::move(bars));
    sizes_->setNames(std::move(names));
    sizeWords_->setText(report_ ? sizeWords(*report_) : QString());
    sizeWords_->setVisible(!sizeWords_->text().isEmpty());
    showClasses();
    updateButtons();
}

void DataPanel::showMean() {
    const bool has = report_ && !report_->meanPicture.empty();
    mean_->setTiles({});
    if (has)
        mean_->setTiles(
            {{toQImage(report_->meanPicture), {}, tr("The mean of all pictures, each squeezed into a square"), false}});
    mean_->setVisible(has);
    const bool colors = report_ && report_->colors && report_->usable() > 0;
    colors_->setText(colors ? tr("Mean %1, deviation %2, of values from 0 to 1.")
                                  .arg(channelText(report_->colors->mean), channelText(report_->colors->deviation))
                            : QString());
    colors_->setVisible(colors);
    takeColors_->setVisible(colors);
}

/// With numbers once they were counted.
void DataPanel::showClasses() {
    std::vector<RecordTable::Row> rows;
    if (report_)
        for (const ScanReport::Class& one : report_->classes)
            rows.push_back({textOf(one.name), static_cast<qlonglong>(one.train), static_cast<qlonglong>(one.test)});
    else if (run_)
        for (const std::string& name : run_->classNames)
            rows.push_back({textOf(name), tr("not counted"), tr("not counted")});
    classWords_->setText(rows.empty()
                             ? tr("These pictures have no labels: no accuracy can be measured, all else works.")
                         : report_ ? tr("Pictures of each class, whether they can be used or not:")
                                   : tr("Classes; a scan counts their pictures:"));
    classWords_->setVisible(report_ || !rows.empty());
    classes_->setVisible(!rows.empty());
    classes_->setRows(std::move(rows));
    results_->setVisible(classWords_->isVisibleTo(results_));
}

void DataPanel::updateButtons() {
    const std::string_view why = refusal(state_, CommandKind::startJob);
    const QString reason = scan_ != 0            ? tr("The pictures are being read.")
                           : shown_.path.empty() ? tr("No pictures are chosen.")
                                                 : textOf(why);
    start_->setEnabled(reason.isEmpty());
    start_->setToolTip(reason.isEmpty() ? tr("Reads every picture completely and says which cannot be used") : reason);
    const bool chosen = problems_->currentIndex().isValid();
    openFolder_->setEnabled(chosen);
    openFolder_->setToolTip(chosen ? tr("Shows the folder of the chosen file, as a double click on its row does")
                                   : tr("Choose a file in the list first."));
    cancel_->setVisible(scan_ != 0);
    cancel_->setEnabled(scan_ != 0);
}

} // namespace dinoscope
