// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

class FieldList;

/// Temperatures and centre of the DINO loss; all may change live except the warm-up's length.
struct LossOptions {
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

/// Cross-entropy between centred, sharpened teacher outputs and student outputs over all pairs of a global and another
/// view (paper, section 3.1; main_dino.py, DINOLoss), and the centre (1, K). Logits are crop-major: the student's
/// (views * B, K) begin with the two global views that make up the teacher's (2 * B, K).
class DinoLoss {
public:
    /// Which code computes. `automatic`: the fused kernel for float32 on a CPU, else the plain one.
    enum class Path { automatic, plain };

    /// The centre starts at zero, of the type and on the device of `options`.
    DinoLoss(std::int64_t outDim, torch::TensorOptions options);

    /// Loss and gradient with the present centre, which is left alone. No autograd graph is read or made.
    /// @throws EngineError(internal) if the shapes do not fit.
    DinoLossResult evaluate(const torch::Tensor& studentLogits, const torch::Tensor& teacherLogits,
                            double studentTemperature, double teacherTemperature, Path path = Path::automatic) const;

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
