// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/network_loading.h"

#include "engine/support/check.h"

#include <algorithm>
#include <map>

namespace dinoscope {
namespace {

[[noreturn]] void badInput(const std::string& sentence) {
    throw EngineError(ErrorCode::badInput, "checkpoint", sentence);
}

} // namespace

std::string networkRole(const NamedTensors& state, const std::string& network) {
    if (network != "teacher" && network != "student")
        throw EngineError(ErrorCode::badParameter, "checkpoint",
                          "There is no network '" + network + "': choose teacher or student.");
    const bool there = std::any_of(state.begin(), state.end(),
                                   [&](const auto& item) { return item.first.starts_with(network + ".backbone."); });
    return there == (network == "teacher") ? "teacher." : "student.";
}

void fillModule(torch::nn::Module& module, const NamedTensors& state, const std::string& prefix,
                const std::string& path) {
    std::map<std::string, torch::Tensor> given;
    for (const auto& [name, tensor] : state)
        if (name.starts_with(prefix))
            given[name.substr(prefix.size())] = tensor;
    torch::NoGradGuard noGrad;
    const auto fill = [&](const std::string& name, torch::Tensor target) {
        const auto found = given.find(name);
        if (found == given.end() && !name.ends_with("num_batches_tracked"))
            badInput("'" + path + "' lacks the tensor " + prefix + name + ".");
        if (found == given.end())
            return;
        if (found->second.numel() != target.numel())
            badInput("'" + path + "' has another shape in " + prefix + name + " than its other tensors ask for.");
        target.copy_(found->second.reshape(target.sizes()));
    };
    for (const auto& item : module.named_parameters())
        fill(item.key(), item.value());
    for (const auto& item : module.named_buffers())
        fill(item.key(), item.value());
}

} // namespace dinoscope
