// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pictures_field.h"

#include "ui/data_words.h"
#include "ui/texts.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <utility>

namespace dinoscope {

PicturesField::PicturesField(EngineBridge& bridge, ScanRequest how, QWidget* parent)
    : QWidget(parent), jobs_(bridge), how_(std::move(how)), line_(new QLineEdit(this)), words_(new QLabel(this)) {
    how_.filesOnly = true;
    line_->setObjectName(QStringLiteral("picturesPath"));
    line_->setAccessibleName(tr("Folder or file with the pictures"));
    words_->setObjectName(QStringLiteral("picturesFound"));
    words_->setProperty("muted", true);
    words_->setTextFormat(Qt::PlainText);
    words_->setWordWrap(true);
    auto* choose = new QPushButton(tr("Choose…"), this);
    choose->setAccessibleName(tr("Choose the folder of the pictures"));
    auto* row = new QHBoxLayout;
    row->addWidget(line_, 1);
    row->addWidget(choose);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(words_);
    setFocusProxy(line_);
    line_->installEventFilter(this);
    connect(choose, &QPushButton::clicked, this, [this] { this->choose(); });
    connect(line_, &QLineEdit::editingFinished, this, [this] { look(); });
}

/// A folder that is being looked at concerns nobody any more.
PicturesField::~PicturesField() { jobs_.cancel(job_); }

QString PicturesField::path() const { return line_->text().trimmed(); }

void PicturesField::setPath(const QString& path) {
    line_->setText(path);
    look();
}

bool PicturesField::eventFilter(QObject* watched, QEvent* event) {
    if (watched == line_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            look();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void PicturesField::choose() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder of pictures"), path());
    if (!folder.isEmpty())
        setPath(folder);
}

void PicturesField::look() {
    const std::string wanted = path().toStdString();
    if (wanted == how_.path)
        return;
    jobs_.cancel(std::exchange(job_, 0));
    how_.path = wanted;
    found_.reset();
    words_->setText(wanted.empty() ? tr("Name a folder of pictures.") : tr("Looking for pictures…"));
    emit pathChanged();
    emit looked();
    if (!wanted.empty())
        job_ = jobs_.start(how_, [this](const JobResult& result) { take(result); });
}

void PicturesField::take(const JobResult& result) {
    if (result.id != job_)
        return;
    job_ = 0;
    if (result.error) {
        words_->setText(textOf(result.error->message));
    } else {
        found_ = std::get<ScanReport>(result.answer);
        words_->setText(foundWords(*found_));
    }
    emit looked();
}

} // namespace dinoscope
