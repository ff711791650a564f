// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/new_run_dialog.h"

#include "ui/run_draft.h"
#include "ui/texts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <thread>

namespace dinoscope {
namespace {

constexpr const char* kSeed = "run.seed";
constexpr const char* kEpochs = "optim.epochs";
constexpr const char* kThreads = "run.threads";

} // namespace

NewRunDialog::NewRunDialog(RunDraft& draft, QWidget* parent)
    : QDialog(parent), draft_(draft), presets_(new QComboBox(this)), help_(new QLabel(this)),
      message_(new QLabel(this)), seed_(new QLineEdit(this)), place_(new QLineEdit(this)), epochs_(new QSpinBox(this)),
      minutes_(new QDoubleSpinBox(this)),
      keep_(new QCheckBox(tr("Keep settings, curves, log and checkpoints in a folder"), this)),
      responsive_(new QCheckBox(tr("Leave one core to the rest of the machine"), this)) {
    setWindowTitle(tr("New run"));
    setMinimumWidth(660);
    for (const Preset& preset : draft_.catalog().presets)
        presets_->addItem(textOf(preset.label), textOf(preset.id));
    if (draft_.preset())
        presets_->setCurrentIndex(presets_->findData(textOf(draft_.preset()->id)));
    help_->setWordWrap(true);
    help_->setProperty("muted", true);
    message_->setWordWrap(true);
    epochs_->setRange(1, 100'000);
    minutes_->setRange(0, 100'000);
    minutes_->setDecimals(1);
    minutes_->setSpecialValueText(tr("no limit"));
    minutes_->setSuffix(tr(" min"));
    for (QAbstractSpinBox* box : std::initializer_list<QAbstractSpinBox*>{epochs_, minutes_})
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    keep_->setChecked(true);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("Preset"), presets_);
    form->addRow(QString(), help_);
    const ParamTable& table = draft_.catalog().params;
    if (table.find(kSeed))
        form->addRow(tr("Seed"), seed_);
    if (table.find(kEpochs))
        form->addRow(tr("Epochs"), epochs_);
    form->addRow(tr("Time limit"), minutes_);
    if (table.find(kThreads))
        form->addRow(QString(), responsive_);
    form->addRow(QString(), keep_);
    form->addRow(tr("Place"), makePlaceRow());
    seed_->setVisible(table.find(kSeed));
    epochs_->setVisible(table.find(kEpochs));
    responsive_->setVisible(table.find(kThreads));
    auto* buttons = new QDialogButtonBox(this);
    auto* start = buttons->addButton(tr("Start training"), QDialogButtonBox::AcceptRole);
    start->setProperty("primary", true);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addLayout(form);
    column->addWidget(message_);
    column->addWidget(buttons);
    message_->hide();
    const auto fill = [this] {
        help_->setText(draft_.preset() ? textOf(draft_.preset()->help) : QString());
        const auto& values = draft_.params().values();
        if (const auto seed = values.find(kSeed); seed != values.end())
            seed_->setText(textOf(formatParam(seed->second)));
        if (const auto epochs = values.find(kEpochs); epochs != values.end())
            epochs_->setValue(static_cast<int>(std::get<std::int64_t>(epochs->second)));
        suggestPlace();
    };
    connect(presets_, &QComboBox::activated, this, [this, fill](int index) {
        draft_.choosePreset(presets_->itemData(index).toString().toStdString());
        fill();
    });
    connect(keep_, &QCheckBox::toggled, place_, &QWidget::setEnabled);
    connect(place_, &QLineEdit::textEdited, this, [this] { placeTyped_ = true; });
    connect(buttons, &QDialogButtonBox::accepted, this, &NewRunDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    fill();
}

QWidget* NewRunDialog::makePlaceRow() {
    auto* row = new QWidget(this);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* choose = new QPushButton(tr("Choose…"), row);
    line->addWidget(place_, 1);
    line->addWidget(choose);
    connect(choose, &QPushButton::clicked, this, [this] { choosePlace(); });
    connect(keep_, &QCheckBox::toggled, choose, &QWidget::setEnabled);
    return row;
}

void NewRunDialog::suggestPlace() {
    if (placeTyped_)
        return;
    place_->setText(QDir::toNativeSeparators(draft_.suggestedFolder()));
}

void NewRunDialog::choosePlace() {
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Folder for the run"), QFileInfo(place_->text()).path());
    if (folder.isEmpty())
        return;
    placeTyped_ = true;
    place_->setText(folder);
}

void NewRunDialog::accept() {
    const ParamTable& table = draft_.catalog().params;
    std::optional<Error> error;
    if (table.find(kSeed))
        error = draft_.setText(kSeed, seed_->text().trimmed().toStdString());
    if (!error && table.find(kEpochs))
        error = draft_.set(kEpochs, std::int64_t{epochs_->value()});
    if (!error && responsive_->isChecked() && table.find(kThreads))
        error = draft_.set(kThreads, std::int64_t{std::max(1U, std::thread::hardware_concurrency() - 1)});
    if (!error && keep_->isChecked() && place_->text().trimmed().isEmpty())
        error =
            Error{ErrorCode::badInput, "ui", tr("Name a folder for the run, or do not keep it.").toStdString(), {}, {}};
    if (error) {
        message_->setText(textOf(error->message));
        message_->show();
        return;
    }
    draft_.maxMinutes = minutes_->value();
    draft_.maxSteps = 0;
    draft_.runFolder =
        keep_->isChecked() ? QDir::fromNativeSeparators(place_->text().trimmed()).toStdString() : std::string();
    QDialog::accept();
}

} // namespace dinoscope
