// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/file_places.h"

#include <QDesktopServices>
#include <QDir>
#include <QFileInfo>
#include <QUrl>

namespace dinoscope {

QString folderOf(const QString& path, const QString& root) {
    QFileInfo place(QFileInfo(root.isEmpty() ? QDir::currentPath() : root).absoluteFilePath());
    const QString base = place.isDir() ? place.filePath() : place.path();
    QString folder = QDir::cleanPath(QFileInfo(QDir(base).absoluteFilePath(path)).path());
    while (!QFileInfo(folder).isDir() && folder.size() > 1)
        folder = QFileInfo(folder).path();
    return folder;
}

bool openInFileManager(const QString& folder) { return QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); }

} // namespace dinoscope
