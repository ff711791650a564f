// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDesktopServices>
#include <QObject>
#include <QUrl>

namespace dinoscope {

/// Takes the place of the desktop's file manager while it lives.
class FolderCatcher : public QObject {
    Q_OBJECT

public:
    FolderCatcher() { QDesktopServices::setUrlHandler(QStringLiteral("file"), this, "take"); }
    ~FolderCatcher() override { QDesktopServices::unsetUrlHandler(QStringLiteral("file")); }
    QStringList opened;

public slots:
    void take(const QUrl& url) { opened << url.toLocalFile(); }
};

} // namespace dinoscope
