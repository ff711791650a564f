// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/train/accuracy_watch.h"
#include "engine/train/run_settings.h"

#include <torch/torch.h>

#include <memory>
#include <optional>
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

    /// The references of the run with their features under these networks; null until they have been computed, which
    /// this call begins as work if need be. Null for good while the run has not read its references.
    const std::shared_ptr<const FeatureBank>& bank(const LiveRun& run);
    bool hasWork() const { return watch_ && watch_->isBusy(); }
    /// At most about 50 ms of it.
    void workSlice();
    void cancelWork() { watch_.reset(); }
    WorkProgress progress() const;

private:
    Step step_;
    RunSettings settings_;
    std::shared_ptr<MultiCropNetwork> student_, teacher_;
    torch::Tensor center_;
    std::optional<AccuracyWatch> watch_; ///< computes the features
    std::shared_ptr<const FeatureBank> bank_;
};

} // namespace dinoscope
