// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/trash.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace dinoscope {
namespace {

QString realPath(const QString& path) {
    const QString canonical = QFileInfo(path).canonicalFilePath();
    return canonical.isEmpty() ? QDir::cleanPath(QFileInfo(path).absoluteFilePath()) : canonical;
}

} // namespace

std::optional<QString> moveToTrash(const QString& path) {
    // Qt 6.4 makes the trash itself, but not the folders above it, and without them it takes the working directory.
    const QString home = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    if (!home.isEmpty() && QDir().mkpath(home) && QFileInfo(home).isWritable() && QFile::moveToTrash(path))
        return std::nullopt;
    return QCoreApplication::translate(
               "Trash", "'%1' could not be moved to the trash; its disk may have none, or it may not be yours. It is "
                        "where it was.")
        .arg(path);
}

bool overlap(const QString& one, const QString& other) {
    const QString a = realPath(one), b = realPath(other);
    return a == b || a.startsWith(b + QLatin1Char('/')) || b.startsWith(a + QLatin1Char('/'));
}

} // namespace dinoscope
