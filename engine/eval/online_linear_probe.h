// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/eval/linear_probe.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

struct OnlineLinearOptions {
    double rate = 0.1; ///< for 256 pictures: a step takes rate * B / 256
    double momentum = 0.9;
    std::uint64_t seed = 0;
};

/// A linear classifier that learns beside a network while that is trained (BYOL, section 4: on stopped features): one
/// SGD step for each labelled batch, on features that are centred and scaled by the batch's mean and deviation, by
/// their running averages when it guesses (BatchNorm without weights, as MAE, appendix A.1, puts before its linear
/// probe). It takes features as values: nothing flows back, no network and no random number of the run is touched. Its
/// guesses follow the network with a delay of some hundred batches. One thread.
class OnlineLinearProbe {
public:
    /// @throws EngineError(badParameter) as LinearProbe.
    OnlineLinearProbe(std::int64_t width, std::int64_t classes, const OnlineLinearOptions& options = {});

    /// One step on features (B, D) of any float type and device and labels (B) int64, of which those below 0 are left
    /// out. Features that are not finite are left out too, so that a network that fails does not take the classifier
    /// with it. @returns the mean loss before the step; the former one if nothing was left.
    /// @throws EngineError(internal) if shapes disagree or a label has no class.
    double add(const torch::Tensor& features, const torch::Tensor& labels);

    /// The guessed classes (B) int64, on the CPU.
    torch::Tensor classify(const torch::Tensor& features) const;
    /// Number of right guesses; labels (B) int64.
    std::int64_t hits(const torch::Tensor& features, const torch::Tensor& labels) const;

    std::int64_t steps() const { return steps_.item<std::int64_t>(); }
    double loss() const { return loss_.item<double>(); } ///< of the newest step; 0 before the first

    /// Everything that add() changes, by name: live handles, to be copied from or into.
    std::vector<std::pair<std::string, torch::Tensor>> state() const;

private:
    torch::Tensor standardized(const torch::Tensor& rows, const torch::Tensor& mean,
                               const torch::Tensor& variance) const;

    LinearProbe probe_;
    torch::Tensor mean_, variance_; // (D), running
    torch::Tensor steps_ = torch::zeros({}, torch::kInt64);
    torch::Tensor loss_ = torch::zeros({}, torch::kFloat64);
};

} // namespace dinoscope
