// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/feature_health.h"

#include <cmath>

namespace dinoscope {

double featureSpread(const torch::Tensor& features) {
    torch::NoGradGuard noGrad;
    const torch::Tensor f = features.to(torch::kFloat32);
    const torch::Tensor normalized = f / f.norm(2, {-1}, true).clamp_min(1e-12);
    return normalized.std(0).mean().item<double>() * std::sqrt(static_cast<double>(f.size(1)));
}

std::int64_t winningPrototypes(const torch::Tensor& logits) {
    torch::NoGradGuard noGrad;
    return std::get<0>(at::_unique(logits.argmax(1))).numel();
}

} // namespace dinoscope
