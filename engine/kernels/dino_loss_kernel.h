// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

/// V views of the student, B pictures, K outputs. The first `shared` views of the student are also the teacher's, 2 or
/// 0: such a view is compared with the other one of the teacher, every other view with both.
struct DinoLossSizes {
    std::int64_t views = 2, batch = 0, outputs = 0, shared = 2;

    /// How many views of the teacher view `view` of the student is compared with.
    std::int64_t partners(std::int64_t view) const { return view < shared ? 1 : 2; }
    std::int64_t pairs() const { return 2 * views - shared; }
};

struct DinoLossValues {
    double loss = 0, teacherEntropy = 0;
    torch::Tensor gradient; ///< (V * B, K), of the student's logits
};

/// The DINO loss written down as the official code has it (main_dino.py, DINOLoss.forward), gradient by autograd. Any
/// floating type and device. student (V * B, K), teacher (2 * B, K), center (1, K), contiguous, of one type.
DinoLossValues plainDinoLoss(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                             const DinoLossSizes& sizes, double studentTemperature, double teacherTemperature);

/// The same in one pass a row for float32 on a CPU. With z = x/tau, Q_s the sum of the teacher distributions a student
/// view s is compared with and n_s their number, a row gives n_s lse(z) - Q_s z and the gradient
/// (n_s softmax(z) - Q_s) / (pairs B tau). The value does not depend on the number of threads.
DinoLossValues fusedDinoLoss(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                             const DinoLossSizes& sizes, double studentTemperature, double teacherTemperature);

} // namespace dinoscope
