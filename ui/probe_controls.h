// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/line_icons.h"

#include <QString>

class QPushButton;
class QWidget;

namespace dinoscope {

/// A small button with an icon, its tool tip also its accessible name; without a text it is square. The icon follows
/// the theme.
QPushButton* toolButton(LineIcon icon, const QString& text, const QString& tip, QWidget* parent);

} // namespace dinoscope
