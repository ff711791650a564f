// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/train/run_settings.h"

#include <torch/torch.h>

#include <memory>
#include <string>

namespace dinoscope {

class LiveRun;
class MultiCropNetwork;

/// The networks of a run as one of its checkpoints keeps them, for probes. They are in evaluation mode and are never
/// trained. Engine thread.
class KeptMoment {
public:
    /// Reads and verifies the checkpoint; blocks. @throws EngineError(notFound) for a run without a folder or a
    /// checkpoint, (badInput) for a damaged one.
    KeptMoment(const LiveRun& run, const EngineCatalog& catalog, Step step);
    ~KeptMoment();

    Step step() const { return step_; }
    MultiCropNetwork& student() const { return *student_; }
    MultiCropNetwork& teacher() const { return *teacher_; }
    /// (1, K), after the step.
    const torch::Tensor& center() const { return center_; }
    const RunSettings& settings() const { return settings_; }

private:
    Step step_;
    RunSettings settings_;
    std::shared_ptr<MultiCropNetwork> student_, teacher_;
    torch::Tensor center_;
};

} // namespace dinoscope
