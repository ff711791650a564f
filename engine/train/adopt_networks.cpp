// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/adopt_networks.h"

#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"
#include "engine/train/training_step.h"

#include <set>

namespace dinoscope {
namespace {

[[noreturn]] void doesNotFit(const ModelFile& file, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "train",
                      "'" + file.path + "' does not fit the networks of this run: " + what +
                          " Choose the backbone and head that it was saved with.");
}

/// The file's tensors, with the network that is missing copied from the other one.
NamedTensors completed(const ModelFile& file) {
    const bool student = file.has("student.backbone."), teacher = file.has("teacher.backbone.");
    NamedTensors state = file.state;
    for (const auto& [name, tensor] : file.state)
        if (student != teacher && (name.starts_with("student.") || name.starts_with("teacher.")))
            state.emplace_back((student ? "teacher." : "student.") + name.substr(8), tensor);
    return state;
}

} // namespace

void adoptNetworks(TrainingStep& training, const ModelFile& file) {
    const NamedTensors state = completed(file);
    std::set<std::string> given;
    for (const auto& [name, tensor] : state)
        given.insert(name);
    const bool head = file.has("teacher.head.") || file.has("student.head.");
    for (const auto& [name, tensor] : training.state()) {
        const bool wanted = name.find(".backbone.") == 7 || (head && name.find(".head.") == 7);
        if (wanted && !given.contains(name) && !name.ends_with(".num_batches_tracked"))
            doesNotFit(file, "it lacks the tensor " + name + ".");
    }
    for (const std::string& name : training.loadState(state, false))
        if (name.starts_with("student.") || name.starts_with("teacher."))
            doesNotFit(file, "it has the tensor " + name + ", for which there is no place.");
}

} // namespace dinoscope
