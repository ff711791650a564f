// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

class QPalette;

namespace dinoscope {

/// The program's own icons: one line weight on a grid of 24.
enum class LineIcon {
    run,
    pause,
    step,
    stop,
    plus,
    previous,
    next,
    shuffle,
    freeze,
    save,
    send,
    search,
    lens,
    open,
    more
};

/// Drawn in the text colour of `palette`, disabled in its disabled one, at 16 and 24 px and twice that.
QIcon lineIcon(LineIcon icon, const QPalette& palette);

} // namespace dinoscope
