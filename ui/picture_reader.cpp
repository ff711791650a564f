// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_reader.h"

#include "engine/api/picture_file.h"
#include "ui/background_worker.h"
#include "ui/pictures.h"
#include "ui/texts.h"

#include <QFileInfo>
#include <QImage>
#include <QMimeData>
#include <QUrl>

#include <utility>

namespace dinoscope {
namespace {

constexpr int kShortestSide = 3; // as for files: smaller ones have no crops
constexpr qint64 kMostPixels = 100'000'000;

PictureRef given(Image picture, const QString& name) {
    return {PictureRef::Kind::given, 0, std::make_shared<const Image>(std::move(picture)), name.toStdString()};
}

} // namespace

PictureReader::PictureReader(QObject* parent) : QObject(parent) {}
PictureReader::~PictureReader() = default;

void PictureReader::readFile(const QString& path, bool officialLoading) {
    if (!worker_)
        worker_ = std::make_unique<BackgroundWorker>();
    reading_ = true;
    const QString name = QFileInfo(path).fileName();
    emit begun(name);
    worker_->submit([this, file = QFile::encodeName(path).toStdString(), name, officialLoading, number = ++newest_] {
        auto read = std::make_shared<std::variant<Image, Error>>(readPictureFile(file, officialLoading));
        return [this, read, name, number] {
            if (number != newest_)
                return;
            reading_ = false;
            if (const auto* error = std::get_if<Error>(read.get()))
                emit failed(textOf(error->message));
            else
                emit arrived(given(std::get<Image>(std::move(*read)), name));
        };
    });
}

void PictureReader::take(const QImage& picture, const QString& name) {
    ++newest_;
    reading_ = false;
    const QString size = tr("%1 × %2 pixels").arg(picture.width()).arg(picture.height());
    if (picture.isNull())
        emit failed(tr("%1 holds no picture that can be read: save it to a file and open that.").arg(name));
    else if (std::min(picture.width(), picture.height()) < kShortestSide)
        emit failed(tr("%1 has %2, too few to cut crops from: choose a larger picture.").arg(name, size));
    else if (qint64{picture.width()} * picture.height() > kMostPixels)
        emit failed(tr("%1 has %2, more than the 100 million that are taken: make it smaller.").arg(name, size));
    else
        emit arrived(given(fromQImage(picture), name));
}

bool PictureReader::canTake(const QMimeData& brought) { return brought.hasUrls() || brought.hasImage(); }

void PictureReader::take(const QMimeData& brought, bool officialLoading) {
    const QList<QUrl> urls = brought.urls();
    if (urls.size() == 1 && urls[0].isLocalFile())
        readFile(urls[0].toLocalFile(), officialLoading);
    else if (urls.size() > 1 && !brought.hasImage())
        emit failed(
            tr("These are %1 files, %2 and others: bring one picture at a time; a whole folder is opened as the "
               "pictures of a new run.")
                .arg(urls.size())
                .arg(urls[0].fileName()));
    else if (brought.hasImage())
        take(qvariant_cast<QImage>(brought.imageData()), tr("Pasted picture"));
    else if (!urls.isEmpty())
        emit failed(
            tr("%1 is not on this computer: save the picture to a file and open that.").arg(urls[0].toDisplayString()));
    else
        emit failed(tr("There is no picture in the clipboard: copy a picture, or a picture file, first."));
}

} // namespace dinoscope
