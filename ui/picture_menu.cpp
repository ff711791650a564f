// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/picture_menu.h"

#include "ui/panel_table.h"

#include <QMenu>

namespace dinoscope {

void fillPictureMenu(QMenu& menu, Panel& from, const PictureRef& picture) {
    for (const PanelEntry& entry : panelTable())
        if (!entry.showPicture.isEmpty() && entry.id != from.id())
            menu.addAction(entry.showPicture, &from,
                           [&from, id = entry.id, picture] { from.sendPicture(id, picture); });
}

void popUpPictureMenu(Panel& from, const PictureRef& picture, const QPoint& globalPosition) {
    auto* menu = new QMenu(&from);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    fillPictureMenu(*menu, from, picture);
    menu->popup(globalPosition);
}

} // namespace dinoscope
