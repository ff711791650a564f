// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace dinoscope {

/// The wheel changes `field` only where somebody works in it: without the focus, which the wheel does not give it, what
/// lies below scrolls. GUI thread.
void leaveIdleWheel(QWidget& field);

} // namespace dinoscope
