// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/api/softmax_lab.h"

#include <memory>

namespace dinoscope {

/// What the temperature laboratory asks of a copy of the run's logits.
struct LabQuestion {
    std::shared_ptr<const SoftmaxAnswer> logits;
    std::int64_t studentView = 0, teacherView = 0;
    double studentTemperature = 0.1, teacherTemperature = 0.04;
    bool centered = true;
};

/// The distributions of one student view and one teacher view, and the losses of all pairs.
struct LabFigures {
    std::vector<float> studentLogits, studentSoftmax, teacherLogits, teacherCentered, teacherSoftmax;
    double studentEntropy = 0, teacherEntropy = 0, studentTop = 0, teacherTop = 0;
    double kl = 0; ///< of the chosen pair
    PairLossMatrix pairs;
};

inline constexpr std::int64_t kTopCount = 5;

/// Any thread; up to a few hundred milliseconds for K = 65,536 and ten views.
LabFigures computeFigures(const LabQuestion& question);

/// Numbers from a typed text, apart by commas, semicolons or blanks; empty if a word is no finite number.
std::vector<float> readNumbers(const std::string& text, std::size_t most = 256);

} // namespace dinoscope
