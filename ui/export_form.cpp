// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export_form.h"

#include "ui/texts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStandardItemModel>

#include <utility>

namespace dinoscope {
namespace {

enum From { fromNow, fromCheckpoint, fromFile };

QLabel* wordsLabel(const char* property, const QVariant& value, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setWordWrap(true);
    label->setProperty(property, value);
    return label;
}

QString trimmedPath(const QLineEdit* line) { return QDir::fromNativeSeparators(line->text().trimmed()); }

} // namespace

ExportForm::ExportForm(ExportSource source, QWidget* parent)
    : QWidget(parent), source_(std::move(source)), form_(new QFormLayout(this)), from_(new QComboBox(this)),
      format_(new QComboBox(this)), network_(new QComboBox(this)), file_(new QLineEdit(this)),
      pictures_(new QLineEdit(source_.pictures, this)), path_(new QLineEdit(this)), heads_(new QSpinBox(this)),
      side_(new QSpinBox(this)), count_(new QSpinBox(this)), head_(new QCheckBox(tr("With the projection head"), this)),
      attention_(new QCheckBox(tr("Also give out the attention of the last block"), this)),
      officialLoading_(new QCheckBox(tr("Load the pictures as the official code"), this)),
      replace_(new QCheckBox(tr("Replace what is there"), this)), help_(wordsLabel("muted", true, this)),
      deprecated_(wordsLabel("tone", QStringLiteral("warning"), this)) {
    form_->setContentsMargins(0, 0, 0, 0);
    form_->setHorizontalSpacing(16);
    form_->setVerticalSpacing(8);
    const std::pair<QWidget*, const char*> names[] = {{from_, "source"},
                                                      {format_, "format"},
                                                      {network_, "network"},
                                                      {file_, "file"},
                                                      {pictures_, "pictures"},
                                                      {path_, "path"},
                                                      {heads_, "heads"},
                                                      {side_, "side"},
                                                      {count_, "count"},
                                                      {head_, "head"},
                                                      {attention_, "attention"},
                                                      {replace_, "replace"},
                                                      {officialLoading_, "officialLoading"}};
    for (const auto& [widget, name] : names)
        widget->setObjectName(QString::fromLatin1(name));
    addSourceRows();
    addFormatRows();
    addPlaceRows();
    fillFormats();
    show();
}

void ExportForm::addSourceRows() {
    if (source_.hasRun)
        from_->addItem(tr("The open run as it is now, step %1").arg(countText(source_.step.value)), fromNow);
    if (source_.hasRun && source_.at && !source_.runFolder.isEmpty()) {
        from_->addItem(tr("The open run's checkpoint of step %1").arg(countText(source_.at->value)), fromCheckpoint);
        from_->setCurrentIndex(1);
    }
    from_->addItem(tr("A file of networks"), fromFile);
    heads_->setRange(0, 256);
    heads_->setSpecialValueText(tr("as the file says"));
    fileRow_ = withChoice(file_, &ExportForm::chooseFile);
    form_->addRow(tr("Of"), from_);
    form_->addRow(tr("File"), fileRow_);
    form_->addRow(tr("Attention heads"), heads_);
    connect(from_, &QComboBox::currentIndexChanged, this, [this] {
        fillFormats();
        show();
    });
    connect(file_, &QLineEdit::textChanged, this, &ExportForm::show);
}

void ExportForm::addFormatRows() {
    network_->addItem(tr("Teacher"), QStringLiteral("teacher"));
    network_->addItem(tr("Student"), QStringLiteral("student"));
    side_->setRange(0, 4096);
    side_->setSpecialValueText(tr("any"));
    side_->setSuffix(tr(" px"));
    count_->setRange(0, 1'000'000'000);
    officialLoading_->setChecked(source_.officialLoading);
    officialLoading_->setToolTip(tr("Exif orientation is not looked at, transparent pixels keep their hidden colours, "
                                    "grey of 16 bits is cut at 255."));
    for (QSpinBox* box : {heads_, side_, count_})
        box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    picturesRow_ = withChoice(pictures_, &ExportForm::choosePictures);
    form_->addRow(tr("As"), format_);
    form_->addRow(QString(), help_);
    form_->addRow(QString(), deprecated_);
    form_->addRow(tr("Network"), network_);
    form_->addRow(QString(), head_);
    form_->addRow(tr("Side of the input"), side_);
    form_->addRow(QString(), attention_);
    form_->addRow(tr("Pictures"), picturesRow_);
    form_->addRow(QString(), officialLoading_);
    form_->addRow(tr("How many"), count_);
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportForm::show);
    connect(network_, &QComboBox::currentIndexChanged, this, &ExportForm::show);
    connect(pictures_, &QLineEdit::textChanged, this, &ExportForm::show);
}

void ExportForm::addPlaceRows() {
    form_->addRow(tr("To"), withChoice(path_, &ExportForm::choosePlace));
    form_->addRow(QString(), replace_);
    connect(path_, &QLineEdit::textChanged, this, [this] { // suggest() is quiet
        pathTyped_ = true;
        show();
    });
    connect(replace_, &QCheckBox::toggled, this, &ExportForm::changed);
}

QWidget* ExportForm::withChoice(QLineEdit* line, void (ExportForm::*choose)()) {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* button = new QPushButton(tr("Choose…"), row);
    layout->addWidget(line, 1);
    layout->addWidget(button);
    connect(button, &QPushButton::clicked, this, choose);
    row->setFocusProxy(line);
    return row;
}

bool ExportForm::isFile() const { return from_->currentData().toInt() == fromFile; }

const ExportFormat& ExportForm::format() const {
    return exportFormats()[static_cast<std::size_t>(std::max(0, format_->currentData().toInt()))];
}

/// All formats; those that need a run are not to be had of a file.
void ExportForm::fillFormats() {
    const QSignalBlocker quiet(format_);
    const QVariant former = format_->currentData();
    format_->clear();
    int index = 0;
    for (const ExportFormat& format : exportFormats()) {
        format_->addItem(textOf(format.label), index++);
        auto* item = qobject_cast<QStandardItemModel*>(format_->model())->item(format_->count() - 1);
        const bool isOffered = !format.needsRun || !isFile();
        item->setEnabled(isOffered);
        item->setToolTip(isOffered ? textOf(format.help) : tr("That needs a run; a file of networks is not enough."));
    }
    const int at = format_->findData(former);
    format_->setCurrentIndex(at >= 0 && (!isFile() || !exportFormats()[static_cast<std::size_t>(at)].needsRun) ? at
                                                                                                               : 0);
}

void ExportForm::show() {
    const ExportFormat& chosen = format();
    suggest();
    form_->setRowVisible(fileRow_, isFile());
    form_->setRowVisible(heads_, isFile() && chosen.network);
    form_->setRowVisible(deprecated_, !chosen.deprecated.empty());
    form_->setRowVisible(network_, chosen.network);
    form_->setRowVisible(head_, chosen.head);
    form_->setRowVisible(side_, chosen.side);
    form_->setRowVisible(attention_, chosen.attention);
    form_->setRowVisible(picturesRow_, chosen.pictures);
    form_->setRowVisible(officialLoading_, chosen.pictures);
    form_->setRowVisible(count_, chosen.pictures);
    help_->setText(textOf(chosen.help));
    deprecated_->setText(tr("Not recommended: %1").arg(textOf(chosen.deprecated)));
    count_->setSpecialValueText(chosen.id == "attention" ? tr("the first 16") : tr("all"));
    const bool isTaken = !trimmedPath(path_).isEmpty() && QFileInfo::exists(trimmedPath(path_));
    if (!isTaken)
        replace_->setChecked(false);
    form_->setRowVisible(replace_, isTaken);
    emit changed();
}

void ExportForm::suggest() {
    if (pathTyped_)
        return;
    const ExportFormat& chosen = format();
    const QString network = network_->currentData().toString();
    const Step step = from_->currentData().toInt() == fromCheckpoint ? *source_.at : source_.step;
    const QFileInfo file(trimmedPath(file_));
    QString name = chosen.network ? network : textOf(chosen.id);
    if (isFile())
        name = file.completeBaseName() + QLatin1Char('-') + name;
    else
        name += QStringLiteral("-step-%1").arg(step.value);
    name += chosen.suffix.empty() && chosen.network ? QLatin1Char('-') + textOf(chosen.id) : textOf(chosen.suffix);
    const QString folder = isFile() && !file.filePath().isEmpty() ? file.path()
                           : !isFile() && !source_.runFolder.isEmpty()
                               ? source_.runFolder + QStringLiteral("/exports")
                               : QDir::homePath() + QStringLiteral("/Dinoscope/exports");
    const QSignalBlocker quiet(path_);
    path_->setText(QDir::toNativeSeparators(folder + QLatin1Char('/') + name));
}

ExportRequest ExportForm::request() const {
    const ExportFormat& chosen = format();
    ExportRequest request;
    if (isFile())
        request.source = trimmedPath(file_).toStdString();
    else if (from_->currentData().toInt() == fromCheckpoint) {
        request.source = source_.runFolder.toStdString();
        request.at = source_.at;
    }
    request.format = chosen.id;
    request.path = trimmedPath(path_).toStdString();
    request.replace = !replace_->isHidden() && replace_->isChecked();
    if (chosen.network)
        request.network = network_->currentData().toString().toStdString();
    request.head = chosen.head && head_->isChecked();
    request.heads = isFile() && chosen.network ? heads_->value() : 0;
    request.side = chosen.side ? side_->value() : 0;
    request.attention = chosen.attention && attention_->isChecked();
    if (chosen.pictures) {
        request.pictures = trimmedPath(pictures_).toStdString();
        request.count = count_->value();
        request.officialLoading = officialLoading_->isChecked();
    }
    return request;
}

QString ExportForm::whyNot() const {
    if (isFile() && trimmedPath(file_).isEmpty())
        return tr("Name the file of networks.");
    if (format().pictures && trimmedPath(pictures_).isEmpty())
        return tr("Name the folder of pictures.");
    if (trimmedPath(path_).isEmpty())
        return tr("Name the place to write to.");
    if (!replace_->isHidden() && !replace_->isChecked())
        return tr("There is something at that place already: tick \"%1\", or name another.").arg(replace_->text());
    return {};
}

bool ExportForm::makeParent() const { return QDir().mkpath(QFileInfo(trimmedPath(path_)).path()); }

void ExportForm::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("File of networks"), trimmedPath(file_),
                                                      tr("Networks (*.pth *.pt *.safetensors);;All files (*)"));
    if (!path.isEmpty())
        file_->setText(path);
}

void ExportForm::choosePictures() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), trimmedPath(pictures_));
    if (!folder.isEmpty())
        pictures_->setText(folder);
}

void ExportForm::choosePlace() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export to"), trimmedPath(path_), QString(), nullptr,
                                                      QFileDialog::DontConfirmOverwrite);
    if (path.isEmpty())
        return;
    pathTyped_ = true;
    path_->setText(QDir::toNativeSeparators(path));
}

} // namespace dinoscope
