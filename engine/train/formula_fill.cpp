// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/formula_fill.h"

#include <cmath>
#include <string_view>

namespace dinoscope {
namespace {

std::uint32_t fnv1a(std::string_view text) {
    std::uint32_t hash = 2166136261u;
    for (char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 16777619u;
    }
    return hash;
}

torch::Tensor scaled(const std::string& name, const torch::Tensor& u, const torch::Tensor& target) {
    const std::string_view view = name;
    if (view.ends_with("num_batches_tracked"))
        return torch::zeros_like(u);
    if (view.ends_with("running_var"))
        return 1 + 0.1 * u;
    if (view.ends_with("running_mean"))
        return 0.1 * u;
    if (view.ends_with("weight_g"))
        return torch::ones_like(u);
    if (view.ends_with("pos_embed") || view.ends_with("cls_token"))
        return 0.04 * u;
    if (target.dim() == 1)
        return view.ends_with("weight") ? 1 + 0.1 * u : 0.02 * u;
    const double fan = static_cast<double>(target.numel() / target.size(0));
    return u * std::sqrt(3 / fan);
}

} // namespace

torch::Tensor formulaNumbers(const std::string& name, std::int64_t count) {
    const std::uint32_t key = fnv1a(name) * 40503u + 12345u;
    torch::Tensor numbers = torch::empty({count}, torch::kFloat64);
    double* values = numbers.data_ptr<double>();
    for (std::int64_t i = 0; i < count; ++i) {
        std::uint32_t x = static_cast<std::uint32_t>(i) * 2654435761u + key;
        x ^= x >> 16;
        x *= 2246822519u;
        x ^= x >> 13;
        x *= 3266489917u;
        x ^= x >> 16;
        values[i] = static_cast<double>(x) / 2147483648.0 - 1;
    }
    return numbers;
}

void fillByFormula(const std::string& name, torch::Tensor tensor) {
    torch::NoGradGuard noGrad;
    const torch::Tensor values = scaled(name, formulaNumbers(name, tensor.numel()), tensor);
    tensor.copy_(values.to(torch::kFloat32).reshape(tensor.sizes()));
}

void fillByFormula(torch::nn::Module& network) {
    for (const auto& item : network.named_parameters())
        fillByFormula(item.key(), item.value());
    for (const auto& item : network.named_buffers())
        fillByFormula(item.key(), item.value());
}

} // namespace dinoscope
