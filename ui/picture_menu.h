// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"

class QMenu;
class QPoint;

namespace dinoscope {

class Panel;

/// One line for each panel other than `from` that can show a picture; choosing it has `from` send `picture` there.
void fillPictureMenu(QMenu& menu, Panel& from, const PictureRef& picture);
/// The same as a menu of its own, which goes when it is closed. Does not block.
void popUpPictureMenu(Panel& from, const PictureRef& picture, const QPoint& globalPosition);

} // namespace dinoscope
