// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export_dialog.h"

#include "ui/engine_bridge.h"
#include "ui/texts.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::size_t kMostNamed = 4; // files

ExportSource sourceOf(const Snapshot& snapshot, std::optional<Step> at) {
    ExportSource source;
    source.hasRun = snapshot.run != nullptr;
    source.step = snapshot.step;
    source.at = at;
    if (snapshot.run)
        source.runFolder = textOf(snapshot.run->runFolder);
    if (!snapshot.params)
        return source;
    const auto& values = snapshot.params->values();
    if (const auto found = values.find("data.path"); found != values.end())
        source.pictures = valueText(found->second);
    if (const auto found = values.find("data.official_loading"); found != values.end())
        if (const bool* official = std::get_if<bool>(&found->second))
            source.officialLoading = *official;
    return source;
}

} // namespace

ExportDialog::ExportDialog(EngineBridge& bridge, std::optional<Step> at, QWidget* parent)
    : QDialog(parent), bridge_(bridge), jobs_(bridge), form_(new ExportForm(sourceOf(*bridge.snapshot(), at), this)),
      message_(new QLabel(this)), progressWords_(new QLabel(this)), progress_(new QProgressBar(this)),
      progressRow_(new QWidget(this)) {
    setWindowTitle(tr("Export"));
    setMinimumWidth(660);
    message_->setWordWrap(true);
    message_->setTextFormat(Qt::PlainText);
    auto* row = new QHBoxLayout(progressRow_);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(progressWords_, 1);
    row->addWidget(progress_, 1);
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("Progress of the export"));
    progressRow_->hide();
    auto* buttons = new QDialogButtonBox(this);
    start_ = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    start_->setProperty("primary", true);
    cancel_ = buttons->addButton(tr("Close"), QDialogButtonBox::RejectRole);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(12);
    column->addWidget(form_);
    column->addWidget(progressRow_);
    column->addWidget(message_);
    column->addWidget(makeResult());
    column->addStretch(1);
    column->addWidget(buttons);
    connect(form_, &ExportForm::changed, this, [this] {
        say(form_->whyNot(), false);
        updateButtons();
        QTimer::singleShot(0, this, &ExportDialog::makeRoom);
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &ExportDialog::start);
    connect(buttons, &QDialogButtonBox::rejected, this, &ExportDialog::reject);
    connect(&bridge_, &EngineBridge::snapshotChanged, this, [this](const auto& snapshot) { follow(*snapshot); });
    say(form_->whyNot(), false);
    updateButtons();
}

QWidget* ExportDialog::makeResult() {
    result_ = new QWidget(this);
    auto* column = new QVBoxLayout(result_);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    outcome_ = new QLabel(result_);
    outcome_->setObjectName(QStringLiteral("outcome"));
    outcome_->setWordWrap(true);
    outcome_->setTextFormat(Qt::PlainText);
    outcome_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    example_ = new QPlainTextEdit(result_);
    example_->setObjectName(QStringLiteral("example"));
    example_->setReadOnly(true);
    example_->setTabChangesFocus(true);
    example_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    example_->setLineWrapMode(QPlainTextEdit::NoWrap);
    example_->setAccessibleName(tr("How it is loaded"));
    copy_ = new QPushButton(tr("Copy"), result_);
    copy_->setToolTip(tr("Copies these lines"));
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(example_->toPlainText()); });
    column->addWidget(outcome_);
    column->addWidget(example_);
    column->addWidget(copy_, 0, Qt::AlignLeft);
    result_->hide();
    return result_;
}

QString ExportDialog::message() const { return message_->isHidden() ? QString() : message_->text(); }

QString ExportDialog::outcome() const { return result_->isHidden() ? QString() : outcome_->text(); }

void ExportDialog::say(const QString& sentence, bool isBad) {
    message_->setProperty("tone", isBad ? QStringLiteral("bad") : QString());
    message_->setProperty("muted", !isBad);
    message_->style()->polish(message_);
    message_->setText(sentence);
    message_->setVisible(!sentence.isEmpty());
}

void ExportDialog::updateButtons() {
    QString why = form_->whyNot();
    if (why.isEmpty())
        why = textOf(refusal(bridge_.snapshot()->state, CommandKind::startJob));
    if (job_ != 0)
        why = tr("The export is at work.");
    start_->setEnabled(why.isEmpty());
    start_->setToolTip(why);
    cancel_->setText(job_ != 0 ? tr("Cancel") : tr("Close"));
    form_->setEnabled(job_ == 0);
    progressRow_->setVisible(job_ != 0);
}

void ExportDialog::makeRoom() {
    layout()->activate();
    const int needed = layout()->totalHeightForWidth(width());
    if (height() < needed)
        resize(width(), needed);
}

void ExportDialog::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    QTimer::singleShot(0, this, &ExportDialog::makeRoom);
}

void ExportDialog::follow(const Snapshot& snapshot) {
    const WorkProgress& work = snapshot.work;
    const auto most = std::min<std::int64_t>(work.total, 1'000'000'000);
    progress_->setRange(0, static_cast<int>(most));
    progress_->setValue(static_cast<int>(std::min(work.done, most)));
    progressWords_->setText(work.what.empty() ? tr("Waiting for its turn…") : workText(work));
    updateButtons();
}

void ExportDialog::start() {
    if (job_ != 0 || !form_->whyNot().isEmpty())
        return;
    result_->hide();
    say({}, false);
    form_->makeParent(); // where that fails the engine says why
    job_ = jobs_.start(form_->request(), [this](const JobResult& result) { finish(result); });
    follow(*bridge_.snapshot());
}

void ExportDialog::reject() {
    if (job_ != 0)
        jobs_.cancel(job_);
    else
        QDialog::reject();
}

void ExportDialog::finish(const JobResult& result) {
    job_ = 0;
    if (const auto* report = std::get_if<ExportReport>(&result.answer))
        showReport(*report);
    else if (result.error && result.error->code == ErrorCode::cancelled)
        say(tr("The export was cancelled; nothing was written."), false);
    else
        say(result.error ? textOf(result.error->message) : tr("The export came to no result."), true);
    updateButtons();
}

void ExportDialog::showReport(const ExportReport& report) {
    QStringList lines{tr("Written: %1").arg(textOf(report.what))};
    const std::size_t named = report.files.size() > kMostNamed ? 1 : report.files.size();
    for (std::size_t i = 0; i < named; ++i)
        lines << textOf(report.files[i]);
    if (named < report.files.size())
        lines << tr("and %1 more beside it").arg(report.files.size() - named);
    lines << fileSizeText(report.bytes) +
                 (report.compared.empty() ? QString() : tr(". %1").arg(textOf(report.compared)));
    for (const std::string& note : report.notes)
        lines << textOf(note);
    outcome_->setText(lines.join(QLatin1Char('\n')));
    const QString example = textOf(report.example);
    example_->setPlainText(example);
    const int rows = std::clamp(static_cast<int>(example.count(QLatin1Char('\n'))) + 2, 3, 9);
    example_->setFixedHeight(rows * QFontMetrics(example_->font()).lineSpacing() + 12);
    example_->setVisible(!example.isEmpty());
    copy_->setVisible(!example.isEmpty());
    result_->show();
    QTimer::singleShot(0, this, &ExportDialog::makeRoom);
}

} // namespace dinoscope
