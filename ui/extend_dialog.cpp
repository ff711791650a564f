// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/extend_dialog.h"

#include "engine/api/engine.h"
#include "ui/texts.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <limits>

namespace dinoscope {
namespace {

constexpr const char* kEpochs = "optim.epochs";

} // namespace

ExtendDialog::ExtendDialog(const EngineCatalog& catalog, const QString& folder, const ParamSet& params, QWidget* parent)
    : QDialog(parent), catalog_(catalog), folder_(folder), epochs_(new QSpinBox(this)) {
    setWindowTitle(tr("Extend the run"));
    setMinimumWidth(460);
    const auto now = std::get<std::int64_t>(params.at(kEpochs));
    const ParamSpec* spec = catalog.params.find(kEpochs);
    const double most = spec && spec->hardMax ? *spec->hardMax : std::numeric_limits<int>::max();
    epochs_->setRange(static_cast<int>(now) + 1, static_cast<int>(std::max(most, static_cast<double>(now) + 1)));
    epochs_->setValue(static_cast<int>(2 * now));
    epochs_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    epochs_->setAccessibleName(tr("Epochs in all"));
    auto* words = new QLabel(
        tr("The run is planned for %1 epochs. It goes on from its newest checkpoint in the same folder; the schedules "
           "of learning rate, weight decay and momentum are stretched over the new length.")
            .arg(now),
        this);
    words->setWordWrap(true);
    auto* caption = new QLabel(tr("Epochs in all"), this);
    caption->setBuddy(epochs_);
    auto* row = new QHBoxLayout;
    row->addWidget(caption);
    row->addWidget(epochs_, 1);
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Extend"), QDialogButtonBox::AcceptRole)->setProperty("primary", true);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addWidget(words);
    column->addLayout(row);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &ExtendDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ExtendDialog::accept() {
    LoadCommand command;
    command.path = command.run.runFolder = folder_.toStdString();
    command.run.params.set(catalog_.params, kEpochs, std::int64_t{epochs_->value()});
    emit chosen(command);
    QDialog::accept();
}

} // namespace dinoscope
