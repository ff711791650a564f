// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/augment/view_plan.h"

namespace dinoscope {

/// A plan as the window reads it, with the view's pixels (ViewRenderer::renderPixels).
ViewInfo describeView(const ViewPlan& plan, Image image);

} // namespace dinoscope
