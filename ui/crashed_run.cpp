// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/crashed_run.h"

#include "ui/background_worker.h"
#include "ui/texts.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSettings>

namespace dinoscope {
namespace {

QString declinedKey() { return QStringLiteral("crashedRun/declined"); }

} // namespace

CrashedRunBar::CrashedRunBar(QWidget* parent)
    : QWidget(parent), worker_(new BackgroundWorker(this)), label_(new QLabel(this)),
      continue_(new QPushButton(tr("Continue the run"), this)), decline_(new QPushButton(tr("Not now"), this)) {
    setObjectName(QStringLiteral("crashedRunBar"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 8, 8, 8);
    row->setSpacing(8);
    label_->setWordWrap(true);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    continue_->setProperty("primary", true);
    row->addWidget(label_, 1);
    row->addWidget(continue_);
    row->addWidget(decline_);
    connect(continue_, &QPushButton::clicked, this, [this] {
        hide();
        emit continueAsked(folder_);
    });
    connect(decline_, &QPushButton::clicked, this, &CrashedRunBar::decline);
    hide();
}

void CrashedRunBar::lookIn(const QString& runsFolder, bool remembers) {
    remembers_ = remembers;
    worker_->submit([this, path = runsFolder.toStdString()]() -> BackgroundWorker::Show {
        return [this, run = newestUnclosedRun(path)] { offer(run); };
    });
}

void CrashedRunBar::offer(const std::optional<UnclosedRun>& run) {
    hasLooked_ = true;
    if (!run)
        return;
    folder_ = textOf(run->folder);
    if (remembers_ && QSettings().value(declinedKey()).toString() == folder_)
        return;
    QString words =
        tr("The run in %1 ended without being closed. It can go on from its newest checkpoint.").arg(folder_);
    if (!run->crashReport.empty())
        words += QLatin1Char(' ') + tr("The crash report is %1.").arg(textOf(run->crashReport));
    label_->setText(words);
    label_->setAccessibleName(words);
    show();
}

void CrashedRunBar::decline() {
    hide();
    if (remembers_)
        QSettings().setValue(declinedKey(), folder_);
}

QString CrashedRunBar::sentence() const { return isVisibleTo(parentWidget()) ? label_->text() : QString(); }

void CrashedRunBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), themeColor(ColorRole::raised, palette()));
    painter.fillRect(QRect(0, 0, 4, height()), themeColor(ColorRole::warning, palette()));
}

} // namespace dinoscope
