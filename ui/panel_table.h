// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panel.h"

#include <QString>

#include <functional>
#include <vector>

namespace dinoscope {

/// Where the default layout puts a panel: its column from the left, its row, and behind which one it is a tab.
struct PanelPlace {
    int column = 0, row = 0;
    bool isTab = false; ///< shares the place with the entry before it in the table
};

struct PanelEntry {
    QString id; ///< object name of the dock and key of the saved layout; never changes
    QString title;
    PanelPlace place;
    std::function<Panel*(const PanelContext&)> make;
    QString showPicture = {}; ///< words of a menu for Panel::showPicture(); empty: it is not about pictures
};

/// Every panel there is, in the order of the View menu. The one place to add another.
const std::vector<PanelEntry>& panelTable();

} // namespace dinoscope
