// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/eval/eval_options.h"
#include "engine/eval/knn_evaluation.h"
#include "engine/eval/online_linear_probe.h"
#include "engine/probes/neighbours_probe.h"
#include "engine/train/multi_crop_network.h"

#include <memory>
#include <optional>

namespace dinoscope {

/// A network that is measured, and the classifier that learns beside it, if there is one.
struct WatchedNetwork {
    MultiCropNetwork& network;
    const OnlineLinearProbe* linear = nullptr;
};

/// Measures the accuracies of student and teacher when it is due, in slices, and keeps the references' features for the
/// neighbours of a picture. Changes nothing of the networks. Engine thread only.
class AccuracyWatch {
public:
    struct Accuracy {
        double knn = 0;               ///< percent
        std::optional<double> linear; ///< percent; empty: no classifier, or one that has seen nothing yet
    };
    struct Reading {
        std::int64_t step = 0;
        std::optional<Accuracy> student, teacher; ///< empty: the protocol measures none
        std::shared_ptr<const FeatureBank> bank;
    };

    AccuracyWatch(std::shared_ptr<const KnnProtocol> protocol, const EvalOptions& options)
        : protocol_(std::move(protocol)), options_(options) {}

    void change(const EvalOptions& options) { options_ = options; }
    void setProtocol(std::shared_ptr<const KnnProtocol> protocol) { protocol_ = std::move(protocol); }
    bool hasProtocol() const { return protocol_ != nullptr; }
    const std::shared_ptr<const KnnProtocol>& protocol() const { return protocol_; }
    bool measures() const { return protocol_ && protocol_->measures(); }

    /// Whether the schedule asks for an evaluation after `step` steps and `trainSeconds` of training. Never without
    /// accuracies to measure.
    bool isDue(std::int64_t step, double trainSeconds) const;
    /// Begins an evaluation of the state after `step` steps, unless that has been measured already or is being
    /// measured. All that is watched stays as it is until slice() has returned a reading or cancel() was called.
    void begin(const WatchedNetwork& student, const WatchedNetwork& teacher, std::int64_t step, double trainSeconds);
    bool isBusy() const { return evaluation_.has_value(); }
    /// The next slice. @returns the reading once it is complete.
    std::optional<Reading> slice();
    void cancel() { evaluation_.reset(); }

    /// What the schedule remembers; to be given back to a watch that is not busy.
    struct Schedule {
        std::int64_t step = -1; ///< of the newest evaluation, begun or finished
        std::int64_t measured = -1;
        double begunAt = 0; ///< in seconds of training
        double cost = 0;    ///< seconds of the newest evaluation
    };
    const Schedule& schedule() const { return schedule_; }
    void setSchedule(const Schedule& schedule) { schedule_ = schedule; }

    std::int64_t done() const { return evaluation_ ? evaluation_->done() : 0; }
    std::int64_t total() const { return evaluation_ ? evaluation_->total() : 0; }

private:
    std::optional<Accuracy> accuracyOf(std::size_t network) const;

    std::shared_ptr<const KnnProtocol> protocol_;
    EvalOptions options_;
    std::optional<KnnEvaluation> evaluation_;
    std::optional<std::int64_t> linearHits_[2]; ///< of the evaluation in work: student, teacher
    Schedule schedule_;
};

} // namespace dinoscope
