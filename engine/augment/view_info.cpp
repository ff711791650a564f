// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/augment/view_info.h"

#include <utility>

namespace dinoscope {

ViewInfo describeView(const ViewPlan& plan, Image image) {
    ViewInfo info;
    info.image = std::move(image);
    info.isGlobal = plan.isGlobal;
    info.left = plan.left;
    info.top = plan.top;
    info.width = plan.width;
    info.height = plan.height;
    info.areaShare = plan.areaShare;
    info.aspect = plan.aspect();
    info.flipped = plan.flipped;
    info.jittered = plan.jittered;
    info.brightness = plan.brightness;
    info.contrast = plan.contrast;
    info.saturation = plan.saturation;
    info.hue = plan.hue;
    info.grayscale = plan.grayscale;
    info.blurRadius = plan.blurRadius;
    info.solarized = plan.solarized;
    info.seenByTeacher = plan.isGlobal;
    return info;
}

} // namespace dinoscope
