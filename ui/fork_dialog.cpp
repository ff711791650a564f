// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/fork_dialog.h"

#include "ui/texts.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace dinoscope {
namespace {

constexpr QDir::Filters kAnything = QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot;

} // namespace

QString suggestedFork(const QString& folder, Step at) {
    const QString base = QDir::cleanPath(folder) + QStringLiteral("-from-step-%1").arg(at.value);
    QString free = base;
    for (int number = 2; QFileInfo::exists(free); ++number)
        free = base + QStringLiteral("-%1").arg(number);
    return free;
}

ForkDialog::ForkDialog(const QString& folder, Step at, QWidget* parent)
    : QDialog(parent), folder_(folder), at_(at),
      place_(new QLineEdit(QDir::toNativeSeparators(suggestedFork(folder, at)), this)), message_(new QLabel(this)) {
    setWindowTitle(tr("Fork from step %1").arg(countText(at.value)));
    setMinimumWidth(620);
    auto* words = new QLabel(tr("A new run begins with the networks, the optimiser and the curves as they were at step "
                                "%1. The present run stays as it is.")
                                 .arg(countText(at.value)),
                             this);
    words->setWordWrap(true);
    auto* caption = new QLabel(tr("Folder of the new run"), this);
    caption->setBuddy(place_);
    place_->setAccessibleName(caption->text());
    auto* choose = new QPushButton(tr("Choose…"), this);
    auto* row = new QHBoxLayout;
    row->addWidget(caption);
    row->addWidget(place_, 1);
    row->addWidget(choose);
    message_->setWordWrap(true);
    message_->setProperty("tone", QStringLiteral("bad"));
    message_->hide();
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Fork"), QDialogButtonBox::AcceptRole)->setProperty("primary", true);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addWidget(words);
    column->addLayout(row);
    column->addWidget(message_);
    column->addWidget(buttons);
    connect(choose, &QPushButton::clicked, this, &ForkDialog::choosePlace);
    connect(buttons, &QDialogButtonBox::accepted, this, &ForkDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ForkDialog::choosePlace() {
    const QString place =
        QFileDialog::getExistingDirectory(this, tr("Folder of the new run"), QFileInfo(place_->text()).path());
    if (!place.isEmpty())
        place_->setText(place);
}

void ForkDialog::accept() {
    const QString place = QDir::fromNativeSeparators(place_->text().trimmed());
    QString why;
    if (place.isEmpty())
        why = tr("Name a folder for the new run.");
    else if (QFileInfo::exists(place) && !QDir(place).isEmpty(kAnything))
        why = tr("There is something at '%1' already; name a folder that does not exist.").arg(place);
    message_->setText(why);
    message_->setVisible(!why.isEmpty());
    if (!why.isEmpty())
        return;
    LoadCommand command;
    command.path = folder_.toStdString();
    command.at = at_;
    command.run.runFolder = place.toStdString();
    command.look = true; // also from the last step of a run that is at its end
    emit chosen(command);
    QDialog::accept();
}

} // namespace dinoscope
