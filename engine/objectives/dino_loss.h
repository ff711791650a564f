// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"

#include <torch/torch.h>

#include <cstdint>
#include <string>

namespace dinoscope {

class FieldList;

/// Which views the loss compares. `official`: every view of the student with every view of the teacher but itself
/// (main_dino.py). `localsToGlobals`: each local view, which are all that the student sees, with both global ones.
enum class Pairing { official, localsToGlobals };

/// @throws EngineError(badParameter) for another word than official and locals_to_globals.
Pairing parsePairing(const std::string& word);

/// How many of the student's first views are also the teacher's: both global ones, or none.
std::int64_t sharedViews(Pairing pairing);

/// The error of a run whose student would see nothing: the pairing is localsToGlobals, and there are no local views.
Error nothingToCompare();

/// Pairing, temperatures and centre of the DINO loss; all may change live except the warm-up's length.
struct LossOptions {
    std::string pairing = "official"; ///< official | locals_to_globals
    double studentTemperature = 0.1;
    double teacherTemperature = 0.04;
    double warmupTeacherTemperature = 0.04;
    std::int64_t warmupTeacherTemperatureEpochs = 0;
    double centerMomentum = 0.9; ///< 1 keeps the centre at zero: no centring
};

void declare(FieldList& fields, LossOptions& options);

/// What one evaluation of the loss gives.
struct DinoLossResult {
    double loss = 0;           ///< mean cross-entropy over all pairs and pictures
    double teacherEntropy = 0; ///< mean over the teacher's rows, under the centre used here
    double klDivergence = 0;   ///< loss - teacherEntropy
    torch::Tensor gradient;    ///< of the loss with respect to the student's logits, same shape and type
};

/// Cross-entropy between centred, sharpened teacher outputs and student outputs over all pairs that a Pairing names
/// (paper, section 3.1; main_dino.py, DINOLoss), and the centre (1, K). Logits are crop-major: the teacher's (2 * B, K)
/// are those of the two global views; the student's (views * B, K) begin with the same, unless it sees local ones only.
class DinoLoss {
public:
    /// Which code computes. `automatic`: the fused kernel for float32 on a CPU, else the plain one.
    enum class Path { automatic, plain };

    /// The centre starts at zero, of the type and on the device of `options`.
    DinoLoss(std::int64_t outDim, torch::TensorOptions options);

    /// Loss and gradient with the present centre, which is left alone. No autograd graph is read or made.
    /// @throws EngineError(internal) if the shapes do not fit.
    DinoLossResult evaluate(const torch::Tensor& studentLogits, const torch::Tensor& teacherLogits,
                            double studentTemperature, double teacherTemperature, Pairing pairing = Pairing::official,
                            Path path = Path::automatic) const;

    /// center <- m center + (1 - m) mean of the raw teacher logits over both views. Comes after evaluate().
    void updateCenter(const torch::Tensor& teacherLogits, double momentum);

    /// (1, K); a handle to the live buffer.
    const torch::Tensor& center() const { return center_; }
    /// @throws EngineError(badInput) if the size differs.
    void setCenter(const torch::Tensor& center);

private:
    torch::Tensor center_;
};

} // namespace dinoscope
