// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/eval/eval_options.h"
#include "engine/eval/knn_evaluation.h"
#include "engine/train/multi_crop_network.h"

#include <memory>
#include <optional>

namespace dinoscope {

/// Measures the k-NN accuracy of student and teacher when it is due, in slices. Changes nothing of the networks. Engine
/// thread only.
class AccuracyWatch {
public:
    struct Reading {
        std::int64_t step = 0;
        double student = 0, teacher = 0; ///< percent
    };

    AccuracyWatch(std::shared_ptr<const KnnProtocol> protocol, const EvalOptions& options)
        : protocol_(std::move(protocol)), options_(options) {}

    void change(const EvalOptions& options) { options_ = options; }

    /// Whether the schedule asks for an evaluation after `step` steps and `trainSeconds` of training.
    bool isDue(std::int64_t step, double trainSeconds) const;
    /// Begins an evaluation of the state after `step` steps, unless that has been measured already or is being
    /// measured. Both networks stay as they are until slice() has returned a reading or cancel() was called.
    void begin(MultiCropNetwork& student, MultiCropNetwork& teacher, std::int64_t step, double trainSeconds);
    bool isBusy() const { return evaluation_.has_value(); }
    /// The next slice. @returns the reading once it is complete.
    std::optional<Reading> slice();
    void cancel() { evaluation_.reset(); }

    std::int64_t done() const { return evaluation_ ? evaluation_->done() : 0; }
    std::int64_t total() const { return evaluation_ ? evaluation_->total() : 0; }

private:
    std::shared_ptr<const KnnProtocol> protocol_;
    EvalOptions options_;
    std::optional<KnnEvaluation> evaluation_;
    std::int64_t step_ = -1; ///< of the newest evaluation, begun or finished
    std::int64_t measured_ = -1;
    double begunAt_ = 0; ///< in seconds of training
    double cost_ = 0;    ///< seconds of the newest evaluation
};

} // namespace dinoscope
