// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QString>

class QApplication;
class QPalette;

namespace dinoscope {

/// What a colour is for. Widgets ask for a role, never for a colour; text on panel keeps a contrast of 4.5, graphics
/// of 3.
enum class ColorRole { window, panel, raised, line, text, mutedText, student, teacher, good, warning, bad, accent };

/// The colour of a role in the theme that `palette` belongs to: dark if its window is dark.
QColor themeColor(ColorRole role, const QPalette& palette);
bool isDark(const QPalette& palette);

enum class ThemeChoice { system, light, dark };

/// "system", "light", "dark".
QString themeName(ThemeChoice choice);
ThemeChoice themeNamed(const QString& name);

/// Gives the whole program a palette, a style and a style sheet. Widgets hear of it by QEvent::PaletteChange. GUI
/// thread.
void applyTheme(QApplication& application, ThemeChoice choice);

} // namespace dinoscope
