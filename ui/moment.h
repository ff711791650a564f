// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <QObject>

#include <optional>

namespace dinoscope {

/// Which moment of the open run all panels show: the present, or the checkpoint of a step. There is one in a window;
/// the Runs panel sets it, the others listen. GUI thread.
class Moment : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Nothing: the present.
    std::optional<Step> step() const { return step_; }
    bool isLive() const { return !step_; }
    void set(std::optional<Step> step);

signals:
    void changed();

private:
    std::optional<Step> step_;
};

/// "step 300", or "step 300, from the checkpoint": for the captions of what belongs to `step`.
QString stepText(Step step, bool fromCheckpoint);

} // namespace dinoscope
