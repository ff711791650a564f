// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

/// Top-1 and top-5 of guesses. Top-5 means the best min(5, classes).
struct TopHits {
    std::vector<std::int64_t> top1, top5; ///< hits, one number a classifier
    std::vector<double> lossSum;          ///< cross-entropy summed over the pictures
};

/// Linear classifiers on features, one for each learning rate, trained on the same batches by SGD with momentum and
/// without weight decay (eval_linear.py): weights start at N(0, 0.01), biases at 0; loss is the mean cross-entropy of a
/// batch; buffer = momentum * buffer + gradient; weight -= rate * buffer. All start alike, and a rate has the same
/// result whatever others are trained beside it, up to rounding. Deterministic by seed; neither reads nor moves torch's
/// random numbers. No autograd. One thread.
class LinearProbe {
public:
    /// @throws EngineError(badParameter) if a rate is not above 0, momentum not in [0, 1), or width or classes below 1.
    LinearProbe(std::int64_t width, std::int64_t classes, std::vector<double> rates, double momentum,
                std::uint64_t seed, torch::Device device = torch::kCPU);

    /// One step on features (B, D) float32 and labels (B) int64, at `factor` times each rate.
    /// @returns each classifier's mean loss before the step.
    std::vector<double> step(const torch::Tensor& features, const torch::Tensor& labels, double factor);

    /// (B, classifiers, classes)
    torch::Tensor logits(const torch::Tensor& features) const;
    /// Compares the guesses for features (B, D) with labels (B), and adds to `hits`, which may be new.
    void judge(const torch::Tensor& features, const torch::Tensor& labels, TopHits& hits) const;

    /// Everything that steps change, by name: live handles, to be copied from or into.
    std::vector<std::pair<std::string, torch::Tensor>> state() const {
        return {{"weight", weight_}, {"bias", bias_}, {"weight_buffer", weightBuffer_}, {"bias_buffer", biasBuffer_}};
    }

    const std::vector<double>& rates() const { return rates_; }
    std::int64_t classifiers() const { return static_cast<std::int64_t>(rates_.size()); }
    std::int64_t width() const { return weight_.size(1); }
    std::int64_t classes() const { return classes_; }
    torch::Tensor weight() const { return weight_.view({classifiers(), classes_, -1}); } ///< (classifiers, classes, D)
    torch::Tensor bias() const { return bias_.view({classifiers(), classes_}); }         ///< (classifiers, classes)

private:
    std::int64_t classes_;
    std::vector<double> rates_;
    double momentum_;
    torch::Tensor rateOfRow_;             // (classifiers * classes, 1)
    torch::Tensor weight_, weightBuffer_; // (classifiers * classes, D)
    torch::Tensor bias_, biasBuffer_;     // (classifiers * classes)
};

} // namespace dinoscope
