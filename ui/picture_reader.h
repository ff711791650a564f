// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

#include <QObject>

#include <memory>

class QImage;
class QMimeData;

namespace dinoscope {

class BackgroundWorker;

/// Makes given pictures of what a person brings: a file, a picture of the clipboard, what was dropped. Files are read
/// on a thread of their own, the newest wins. Each call ends in one signal, unless a newer one has overtaken it. GUI
/// thread.
class PictureReader : public QObject {
    Q_OBJECT

public:
    explicit PictureReader(QObject* parent = nullptr);
    ~PictureReader() override;

    void readFile(const QString& path, bool officialLoading);
    void take(const QImage& picture, const QString& name);
    /// One file of this computer, or a picture itself; of anything else it says why it cannot be had.
    void take(const QMimeData& brought, bool officialLoading);
    /// Whether take() would get something of it.
    static bool canTake(const QMimeData& brought);
    /// From readFile() until its signal.
    bool isReading() const { return reading_; }

signals:
    void begun(const QString& name);
    void arrived(const dinoscope::PictureRef& picture);
    /// A sentence that names what cannot be had and the way out.
    void failed(const QString& sentence);

private:
    std::unique_ptr<BackgroundWorker> worker_; ///< once a file was wanted
    quint64 newest_ = 0;
    bool reading_ = false;
};

} // namespace dinoscope
