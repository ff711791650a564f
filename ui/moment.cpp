// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/moment.h"

namespace dinoscope {

void Moment::set(std::optional<Step> step) {
    if (step == step_)
        return;
    step_ = step;
    emit changed();
}

QString stepText(Step step, bool fromCheckpoint) {
    return (fromCheckpoint ? Moment::tr("step %1, from the checkpoint") : Moment::tr("step %1")).arg(step.value);
}

} // namespace dinoscope
