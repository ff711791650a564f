// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace dinoscope {

/// The folder that holds `path`, which is absolute or below `root`; the nearest one that exists, for a file may have
/// gone, or lie inside another file.
QString folderOf(const QString& path, const QString& root);

/// False if the desktop has no program for it.
bool openInFileManager(const QString& folder);

} // namespace dinoscope
