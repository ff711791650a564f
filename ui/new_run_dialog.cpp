// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/new_run_dialog.h"

#include "ui/engine_bridge.h"
#include "ui/pictures_field.h"
#include "ui/texts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <limits>
#include <thread>

namespace dinoscope {
namespace {

constexpr const char* kSeed = "run.seed";
constexpr const char* kEpochs = "optim.epochs";
constexpr const char* kThreads = "run.threads";
constexpr const char* kPictures = "data.path";
constexpr const char* kOwnPictures = "own-pictures";

QLabel* wordsLabel(bool muted, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setProperty("muted", muted);
    return label;
}

/// What a look at the pictures is to be asked, with the values that a run would read them with.
ScanRequest lookOf(const ParamSet& params) {
    ScanRequest request;
    const auto& values = params.values();
    if (const auto kind = values.find("data.kind"); kind != values.end())
        request.kind = std::get<std::string>(kind->second);
    if (const auto official = values.find("data.official_loading"); official != values.end())
        request.officialLoading = std::get<bool>(official->second);
    if (const auto share = values.find("data.test_share"); share != values.end())
        request.testShare = std::get<double>(share->second);
    return request;
}

} // namespace

NewRunDialog::NewRunDialog(EngineBridge& bridge, RunDraft& draft, QWidget* parent)
    : QDialog(parent), draft_(draft), before_(draft.settings()), presets_(new QComboBox(this)),
      help_(wordsLabel(true, this)), fit_(wordsLabel(true, this)), message_(wordsLabel(false, this)),
      seed_(new QLineEdit(this)), place_(new QLineEdit(this)), epochs_(new QSpinBox(this)),
      minutes_(new QDoubleSpinBox(this)),
      keep_(new QCheckBox(tr("Keep settings, curves, log and checkpoints in a folder"), this)),
      responsive_(new QCheckBox(tr("Leave one core to the rest of the machine"), this)) {
    setWindowTitle(tr("New run"));
    setMinimumWidth(660);
    if (draft_.catalog().params.find(kPictures))
        pictures_ = new PicturesField(bridge, lookOf(draft_.params()), this);
    for (const Preset& preset : draft_.catalog().presets)
        presets_->addItem(textOf(preset.label), textOf(preset.id));
    presets_->setObjectName(QStringLiteral("presets"));
    epochs_->setRange(1, 100'000);
    minutes_->setRange(0, 100'000);
    minutes_->setDecimals(1);
    minutes_->setSpecialValueText(tr("no limit"));
    minutes_->setSuffix(tr(" min"));
    for (QAbstractSpinBox* box : std::initializer_list<QAbstractSpinBox*>{epochs_, minutes_})
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    keep_->setChecked(true);
    addRows();
    connect(presets_, &QComboBox::activated, this, [this](int index) {
        presetChosen_ = true;
        choosePreset(presets_->itemData(index).toString().toStdString());
    });
    connect(keep_, &QCheckBox::toggled, place_, &QWidget::setEnabled);
    connect(place_, &QLineEdit::textEdited, this, [this] { placeTyped_ = true; });
    fill();
    if (pictures_) {
        connect(pictures_, &PicturesField::looked, this, &NewRunDialog::showFit);
        pictures_->setPath(textOf(formatParam(draft_.params().at(kPictures))));
        connect(pictures_, &PicturesField::pathChanged, this, [this] {
            if (!draft_.isTouched())
                followPictures();
        });
    }
}

void NewRunDialog::addRows() {
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    const ParamTable& table = draft_.catalog().params;
    if (pictures_)
        form->addRow(tr("Pictures"), pictures_);
    form->addRow(tr("Preset"), presets_);
    form->addRow(QString(), help_);
    form->addRow(QString(), fit_);
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
    auto* start = new QPushButton(tr("Start training"), this);
    start->setProperty("primary", true);
    buttons->addButton(start, QDialogButtonBox::AcceptRole);
    buttons->addButton(QDialogButtonBox::Cancel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addLayout(form);
    column->addWidget(message_);
    column->addStretch(1);
    column->addWidget(buttons);
    message_->hide();
    fit_->hide();
    start->setFocus(); // a folder that was chosen needs nothing more than Enter
    connect(buttons, &QDialogButtonBox::accepted, this, &NewRunDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void NewRunDialog::setPictures(const QString& path) {
    if (!pictures_)
        return;
    pictures_->setPath(path);
    followPictures();
}

void NewRunDialog::choosePreset(const std::string& id) {
    draft_.choosePreset(id);
    fill();
}

void NewRunDialog::fill() {
    if (draft_.preset())
        presets_->setCurrentIndex(presets_->findData(textOf(draft_.preset()->id)));
    help_->setText(draft_.preset() ? textOf(draft_.preset()->help) : QString());
    const auto& values = draft_.params().values();
    if (const auto seed = values.find(kSeed); seed != values.end())
        seed_->setText(textOf(formatParam(seed->second)));
    if (const auto epochs = values.find(kEpochs); epochs != values.end())
        epochs_->setValue(static_cast<int>(std::get<std::int64_t>(epochs->second)));
    suggestPlace();
    showFit();
}

void NewRunDialog::followPictures() {
    const auto& presets = draft_.catalog().presets;
    if (presetChosen_ || presets.empty() || !draft_.preset())
        return;
    const bool demo = draft_.preset()->id == presets.front().id;
    const bool demosPictures = pictures_->path() == textOf(formatParam(draft_.presetValue(kPictures)));
    if (demo && !demosPictures && presets_->findData(QLatin1String(kOwnPictures)) >= 0)
        choosePreset(kOwnPictures);
    else if (draft_.preset()->id == kOwnPictures && demosPictures)
        choosePreset(presets.front().id);
}

std::int64_t NewRunDialog::picturesFound() const {
    return pictures_ && pictures_->found() ? pictures_->found()->train : std::numeric_limits<std::int64_t>::max();
}

void NewRunDialog::showFit() {
    const std::int64_t wished = draft_.wishedBatch(), found = picturesFound();
    fit_->setText(tr("A batch takes %1 pictures instead of %2, as there are no more to train on.")
                      .arg(countText(found), countText(wished)));
    fit_->setVisible(found < wished);
}

/// Words that take more lines than before would be squeezed.
bool NewRunDialog::event(QEvent* event) {
    const bool taken = QDialog::event(event);
    if (event->type() == QEvent::LayoutRequest)
        resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
    return taken;
}

QWidget* NewRunDialog::makePlaceRow() {
    auto* row = new QWidget(this);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    auto* choose = new QPushButton(tr("Choose…"), row);
    choose->setAccessibleName(tr("Choose the folder of the run"));
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

std::optional<Error> NewRunDialog::takeValues() {
    const ParamTable& table = draft_.catalog().params;
    std::optional<Error> error;
    if (pictures_)
        error = draft_.setText(kPictures, pictures_->path().toStdString());
    if (!error)
        draft_.fitBatch(picturesFound());
    if (!error && table.find(kSeed))
        error = draft_.setText(kSeed, seed_->text().trimmed().toStdString());
    if (!error && table.find(kEpochs))
        error = draft_.set(kEpochs, std::int64_t{epochs_->value()});
    if (!error && responsive_->isChecked() && table.find(kThreads))
        error = draft_.set(kThreads, std::int64_t{std::max(1U, std::thread::hardware_concurrency() - 1)});
    if (!error && keep_->isChecked() && place_->text().trimmed().isEmpty())
        error =
            Error{ErrorCode::badInput, "ui", tr("Name a folder for the run, or do not keep it.").toStdString(), {}, {}};
    return error;
}

void NewRunDialog::accept() {
    if (const std::optional<Error> error = takeValues()) {
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

void NewRunDialog::reject() {
    draft_.restore(before_);
    QDialog::reject();
}

} // namespace dinoscope
