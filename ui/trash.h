// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace dinoscope {

/// Moves a file or folder to the person's trash. @returns a sentence if it failed; then it is where it was.
std::optional<QString> moveToTrash(const QString& path);

/// Whether both are one folder, or one of them lies in the other.
bool overlap(const QString& one, const QString& other);

} // namespace dinoscope
