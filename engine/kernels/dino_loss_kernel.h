// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace dinoscope {

/// V views (the first two global), B pictures, K outputs.
struct DinoLossSizes {
    std::int64_t views = 2, batch = 0, outputs = 0;
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
