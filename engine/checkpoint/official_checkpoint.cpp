// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/exported_network.h"

#include "engine/checkpoint/model_file.h"
#include "engine/formats/pth_writer.h"
#include "engine/support/check.h"

#include <algorithm>
#include <map>

namespace dinoscope {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8, kMomentum = 0.9;

/// Everything in host memory, found by name.
class Tensors {
public:
    explicit Tensors(const NamedTensors& state) : copy_(copyToHost(state)) {
        for (const TensorView& view : copy_.views)
            byName_[view.name] = &view;
    }
    const TensorView* find(const std::string& name) const {
        const auto found = byName_.find(name);
        return found == byName_.end() ? nullptr : found->second;
    }
    /// Of those below a prefix, with another one instead.
    PthMap below(const std::string& prefix, const std::string& instead) const {
        PthMap map;
        for (const TensorView& view : copy_.views)
            if (view.name.starts_with(prefix))
                map.emplace_back(instead + view.name.substr(prefix.size()), view);
        return map;
    }
    std::int64_t updates(std::size_t slot) const {
        const TensorView* view = find("optimizer.updates");
        const auto* counts = view ? reinterpret_cast<const std::int64_t*>(view->bytes.data()) : nullptr;
        return counts && slot < static_cast<std::size_t>(view->elements()) ? counts[slot] : 0;
    }

private:
    HostCopy copy_;
    std::map<std::string, const TensorView*> byName_;
};

/// The options of a group as torch.optim.AdamW, torch.optim.SGD and the official LARS keep them.
PthMap groupOptions(const OfficialCheckpoint& checkpoint, bool decays) {
    PthMap group{{"lr", checkpoint.learningRate}, {"weight_decay", decays ? checkpoint.weightDecay : 0.0}};
    if (checkpoint.optimizer == "adamw") {
        group.emplace_back("betas", PthList{kBeta1, kBeta2});
        group.emplace_back("eps", kEpsilon);
        for (const char* off : {"amsgrad", "maximize", "capturable", "differentiable"})
            group.emplace_back(off, false);
        group.emplace_back("decoupled_weight_decay", true);
    } else {
        group.emplace_back("momentum", kMomentum);
        if (checkpoint.optimizer == "lars") {
            group.emplace_back("eta", 0.001);
            group.emplace_back("weight_decay_filter", PthValue());
            group.emplace_back("lars_adaptation_filter", PthValue());
            return group;
        }
        group.emplace_back("dampening", 0.0);
        for (const char* off : {"nesterov", "maximize", "differentiable"})
            group.emplace_back(off, false);
    }
    for (const char* unset : {"foreach", "fused"})
        group.emplace_back(unset, PthValue());
    return group;
}

/// `counts` holds the steps of AdamW, one float a parameter, as long as the map is used.
PthMap optimizerOf(const OfficialCheckpoint& checkpoint, const Tensors& tensors, std::vector<float>& counts) {
    std::vector<std::string> names = checkpoint.decaying;
    names.insert(names.end(), checkpoint.plain.begin(), checkpoint.plain.end());
    counts.assign(names.size(), 0);
    PthMap state;
    for (std::size_t i = 0; i < names.size(); ++i) {
        counts[i] = static_cast<float>(tensors.updates(i));
        PthMap slot;
        if (checkpoint.optimizer == "adamw" && counts[i] > 0)
            slot.emplace_back("step",
                              TensorView{"step", ElementType::f32, {}, std::as_bytes(std::span(&counts[i], 1))});
        for (const char* word : {"exp_avg", "exp_avg_sq", "momentum_buffer"})
            if (const TensorView* moment = tensors.find(std::string("optimizer.") + word + "." + names[i]))
                slot.emplace_back(checkpoint.optimizer == "lars" ? "mu" : word, *moment);
        if (!slot.empty())
            state.emplace_back(static_cast<std::int64_t>(i), std::move(slot));
    }
    PthList groups;
    std::int64_t number = 0;
    for (const auto* group : {&checkpoint.decaying, &checkpoint.plain}) {
        PthList numbers;
        for (std::size_t i = 0; i < group->size(); ++i)
            numbers.emplace_back(number++);
        PthMap options = groupOptions(checkpoint, group == &checkpoint.decaying);
        options.emplace_back("params", std::move(numbers));
        groups.emplace_back(std::move(options));
    }
    return {{"state", std::move(state)}, {"param_groups", std::move(groups)}};
}

/// The names under which this program reads a checkpoint, without what only it remembers.
NamedTensors readable(const OfficialCheckpoint& checkpoint) {
    NamedTensors out;
    for (const auto& [name, tensor] : checkpoint.state)
        if (name.starts_with("student.") || name.starts_with("teacher.") || name == "center" ||
            (name.starts_with("optimizer.") && name != "optimizer.updates"))
            out.emplace_back(name, tensor);
    return out;
}

} // namespace

ReadBack exportOfficialCheckpoint(const OfficialCheckpoint& checkpoint, const std::string& path) {
    const Tensors tensors(checkpoint.state);
    const bool batchNorm = std::any_of(checkpoint.state.begin(), checkpoint.state.end(),
                                       [](const auto& item) { return item.first.ends_with(".running_mean"); });
    std::vector<float> counts;
    PthMap args;
    for (const auto& [name, value] : checkpoint.args)
        args.emplace_back(name, std::visit([](const auto& v) { return PthValue(v); }, value));
    const TensorView* center = tensors.find("center");
    if (!center)
        throw EngineError(ErrorCode::internal, "checkpoint", "A checkpoint without a centre was to be exported");
    const PthMap root{{"student", tensors.below("student.", "module.")},
                      {"teacher", tensors.below("teacher.", batchNorm ? "module." : "")},
                      {"optimizer", optimizerOf(checkpoint, tensors, counts)},
                      {"epoch", checkpoint.epoch},
                      {"args", std::move(args)},
                      {"dino_loss", PthMap{{"center", *center}}}};
    writePth(path, PthValue(root));
    const ModelFile found = readModelFile(path);
    checkSameTensors(readable(checkpoint), found.state, path);
    return {"Read again: every tensor of both networks, of the optimiser and the centre is equal to the bit.", {path}};
}

} // namespace dinoscope
