// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/checkpoint_dialog.h"

#include "ui/run_draft.h"
#include "ui/texts.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

#include <utility>

namespace dinoscope {
namespace {

constexpr const char* kPictures = "data.path";

QLabel* plainLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText); // the words are a foreign file's
    label->setWordWrap(true);
    label->setText(text);
    return label;
}

} // namespace

CheckpointDialog::CheckpointDialog(RunDraft& draft, FileReport report, QWidget* parent)
    : QDialog(parent), draft_(draft), report_(std::move(report)),
      keep_(new QCheckBox(tr("Keep settings, curves and log in a folder"), this)), message_(plainLabel({}, this)) {
    setWindowTitle(tr("Open checkpoint"));
    setMinimumWidth(620);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->addRow(tr("File"), plainLabel(QFileInfo(textOf(report_.path)).fileName(), this));
    QLabel* words = plainLabel(summary(), this);
    words->setProperty("muted", true);
    form->addRow(QString(), words);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 16);
    column->setSpacing(16);
    column->addLayout(form);
    const ParamTable& table = draft.catalog().params;
    const auto add = [&](const std::string& id, const QString& text) {
        const ParamSpec* spec = table.find(id);
        if (!spec)
            return;
        addField(spec->id, text);
        QLineEdit* line = fields_.back().line;
        line->setToolTip(textOf(spec->help));
        line->setAccessibleName(textOf(spec->label));
        form->addRow(textOf(spec->label), spec->id == kPictures ? withFolderButton(line) : line);
    };
    if (table.find(kPictures))
        add(kPictures, textOf(formatParam(draft.params().at(kPictures))));
    for (const std::string& id : report_.open)
        if (id != kPictures)
            add(id, {});
    form->addRow(QString(), keep_);
    message_->hide();
    auto* buttons = new QDialogButtonBox(this);
    buttons->addButton(tr("Open"), QDialogButtonBox::AcceptRole)->setProperty("primary", true);
    buttons->addButton(QDialogButtonBox::Cancel);
    column->addWidget(message_);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &CheckpointDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

QString CheckpointDialog::summary() const {
    QStringList sentences{
        tr("%1, %2 tensors.").arg(textOf(report_.kind), countText(static_cast<std::int64_t>(report_.tensors.size())))};
    for (const auto& [name, value] : report_.facts)
        if (name == "epoch")
            sentences << tr("%1 epochs are done.").arg(textOf(value));
    for (const std::string& note : report_.notes)
        sentences << textOf(note);
    return sentences.join(QLatin1Char(' '));
}

void CheckpointDialog::addField(const std::string& id, const QString& text) {
    auto* line = new QLineEdit(text, this);
    line->setObjectName(textOf(id));
    fields_.push_back({id, line});
}

QWidget* CheckpointDialog::withFolderButton(QLineEdit* line) {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* choose = new QPushButton(tr("Choose…"), row);
    layout->addWidget(line, 1);
    layout->addWidget(choose);
    connect(choose, &QPushButton::clicked, this, [this, line] {
        const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), line->text());
        if (!folder.isEmpty())
            line->setText(folder);
    });
    return row;
}

void CheckpointDialog::accept() {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const Field& field : fields_)
        texts.emplace_back(field.id, field.line->text().trimmed().toStdString());
    if (const auto error = draft_.takeCheckpoint(report_, texts)) {
        message_->setText(textOf(error->message));
        message_->show();
        return;
    }
    draft_.maxSteps = 0;
    draft_.maxMinutes = 0;
    draft_.runFolder = keep_->isChecked() ? draft_.suggestedFolder().toStdString() : std::string();
    QDialog::accept();
}

} // namespace dinoscope
