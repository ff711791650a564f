// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_source.h"

#include "ui/panel.h"
#include "ui/picture_chooser.h"
#include "ui/picture_drop.h"
#include "ui/picture_menu.h"
#include "ui/probe_controls.h"
#include "ui/texts.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QFileDialog>
#include <QPushButton>
#include <QSignalBlocker>

namespace dinoscope {
namespace {

constexpr int kLettersSeen = 7;  // of the list when it is closed, at least
constexpr int kLongestName = 11; // letters of a file's name in the list

int dataOf(PictureRef::Kind kind) { return static_cast<int>(kind); }

QString shortName(const std::string& name) {
    const QString text = textOf(name);
    return text.size() <= kLongestName ? text : text.left(kLongestName - 6) + QStringLiteral("…") + text.right(5);
}

/// The value of a parameter; `otherwise` where the run has none of that name.
template <class T> T valueOf(const ParamSet& params, const char* id, T otherwise) {
    const auto found = params.values().find(id);
    const T* value = found == params.values().end() ? nullptr : std::get_if<T>(&found->second);
    return value ? *value : otherwise;
}

} // namespace

PictureSource::PictureSource(Offers offers, Panel& panel)
    : QObject(&panel), panel_(panel), offers_(offers), drop_(new PictureDrop(panel)), kind_(new QComboBox(&panel)),
      number_(new PictureChooser(PictureChooser::Offers::anyPicture, &panel)),
      open_(toolButton(LineIcon::open, {},
                       tr("Open a picture file; it can also be dropped here, or pasted with Ctrl+V"), &panel)),
      menu_(toolButton(LineIcon::more, {}, tr("Show this picture in another panel"), &panel)) {
    kind_->setObjectName(QStringLiteral("pictureKind"));
    kind_->setAccessibleName(tr("Where the picture comes from"));
    kind_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    kind_->setMinimumContentsLength(kLettersSeen);
    kind_->view()->setMinimumWidth(kind_->fontMetrics().horizontalAdvance(QLatin1Char('m')) * (kLongestName + 2));
    fillKinds();
    if (offers_ == Offers::lastBatchToo)
        setKind(PictureRef::Kind::lastBatch);
    connect(kind_, &QComboBox::activated, this, &PictureSource::chooseKind);
    connect(number_, &PictureChooser::chosen, this, [this] {
        (isLastBatch() ? row_ : sample_) = number_->index();
        changeTo(chosen_);
    });
    connect(open_, &QPushButton::clicked, this, &PictureSource::chooseFile);
    connect(menu_, &QPushButton::clicked, this, &PictureSource::showMenu);
    connect(drop_, &PictureDrop::brought, this,
            [this](const QMimeData& data) { reader_.take(data, officialLoading_); });
    connect(&reader_, &PictureReader::begun, this,
            [this](const QString& name) { emit said(tr("Reading %1…").arg(name), false); });
    connect(&reader_, &PictureReader::arrived, this, &PictureSource::takeOwn);
    connect(&reader_, &PictureReader::failed, this, [this](const QString& sentence) { emit said(sentence, true); });
    showNumber();
    explain();
}

std::vector<QWidget*> PictureSource::controls() const { return {kind_, number_, open_, menu_}; }

bool PictureSource::isLastBatch() const { return chosen_ == PictureRef::Kind::lastBatch; }

bool PictureSource::isOwn() const { return chosen_ == PictureRef::Kind::given; }

PictureRef PictureSource::picture() const {
    return isOwn() ? own_ : PictureRef{chosen_, isLastBatch() ? row_ : sample_, {}, {}};
}

void PictureSource::fillKinds() {
    const QSignalBlocker quiet(kind_);
    kind_->clear();
    if (offers_ == Offers::lastBatchToo)
        kind_->addItem(tr("Last batch"), dataOf(PictureRef::Kind::lastBatch));
    kind_->addItem(tr("Data set"), dataOf(PictureRef::Kind::sample));
    kind_->addItem(own_.image ? shortName(own_.name) : tr("Own picture…"), dataOf(PictureRef::Kind::given));
    kind_->setItemData(kind_->count() - 1,
                       own_.image ? textOf(own_.name) : tr("A file of your own, or a picture of the clipboard"),
                       Qt::ToolTipRole);
    kind_->setCurrentIndex(kind_->findData(dataOf(chosen_)));
}

void PictureSource::setKind(PictureRef::Kind kind) {
    chosen_ = kind;
    const QSignalBlocker quiet(kind_);
    kind_->setCurrentIndex(kind_->findData(dataOf(kind)));
    showNumber();
    explain();
}

void PictureSource::showNumber() {
    number_->setVisible(!isOwn());
    number_->setCount(isLastBatch() ? rows_ : samples_);
    number_->show(isLastBatch() ? row_ : sample_,
                  isLastBatch() ? tr("Row of the batch") : tr("Number of the picture in the data set"));
}

void PictureSource::chooseKind() {
    const auto kind = static_cast<PictureRef::Kind>(kind_->currentData().toInt());
    if (kind == PictureRef::Kind::given && !own_.image) {
        setKind(chosen_); // until there is one
        return chooseFile();
    }
    changeTo(kind);
}

void PictureSource::show(const PictureRef& picture) {
    if (picture.kind == PictureRef::Kind::given)
        return takeOwn(picture);
    if (picture.kind == PictureRef::Kind::lastBatch && offers_ != Offers::lastBatchToo)
        return;
    (picture.kind == PictureRef::Kind::lastBatch ? row_ : sample_) = picture.index;
    changeTo(picture.kind);
}

void PictureSource::changeTo(PictureRef::Kind kind) {
    setKind(kind);
    shown_.reset();
    emit said({}, false);
    emit changed();
}

void PictureSource::takeOwn(const PictureRef& picture) {
    own_ = picture;
    fillKinds();
    changeTo(PictureRef::Kind::given);
}

void PictureSource::openFile(const QString& path) { reader_.readFile(path, officialLoading_); }

void PictureSource::chooseFile() {
    const QString path = QFileDialog::getOpenFileName(
        &panel_, tr("Open a picture"), {},
        tr("Pictures (*.jpg *.jpeg *.jpe *.png *.webp *.tif *.tiff *.bmp *.JPG *.JPEG *.PNG *.TIF);;All files (*)"));
    if (!path.isEmpty())
        openFile(path);
}

void PictureSource::showMenu() { popUpPictureMenu(panel_, shown(), menu_->mapToGlobal(QPoint(0, menu_->height()))); }

/// A control that cannot act says why.
void PictureSource::explain() {
    for (QWidget* widget : controls())
        widget->setEnabled(hasRun_);
    const QString reason = hasRun_ ? QString() : textOf(refusal(RunState::empty, CommandKind::requestProbe));
    open_->setToolTip(hasRun_ ? open_->accessibleName() : reason);
    menu_->setToolTip(hasRun_ ? menu_->accessibleName() : reason);
    kind_->setToolTip(!hasRun_ ? reason : isOwn() ? textOf(own_.name) : kind_->accessibleName());
}

void PictureSource::follow(const Snapshot& snapshot) {
    // Without a run the numbers stay as they are, for the next one.
    const std::int64_t samples = snapshot.run ? std::max<std::int64_t>(1, snapshot.run->sampleCount) : samples_;
    std::int64_t rows = rows_;
    if (snapshot.params) {
        rows = valueOf(*snapshot.params, "run.batch_size", std::int64_t{1});
        officialLoading_ = valueOf(*snapshot.params, "data.official_loading", false);
    }
    if (samples != samples_ || rows != rows_) {
        samples_ = samples;
        rows_ = rows;
        sample_ = std::min(sample_, samples_ - 1);
        row_ = std::min(row_, rows_ - 1);
        showNumber();
    }
    const bool has = snapshot.run != nullptr;
    if (has == hasRun_)
        return;
    hasRun_ = has;
    shown_.reset();
    explain();
}

} // namespace dinoscope
