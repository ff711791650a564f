// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

/// A value of a training program's options, such as `args` of an official checkpoint.
using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<double>>;

/// Whether the file begins as a safetensors file does.
bool isSafetensors(const std::string& path);

/// Text for people.
std::string optionText(const OptionValue& value);

/// A file of networks, whoever wrote it, in this program's names.
struct ModelFile {
    std::string path;
    std::string kind; ///< "PyTorch file (ZIP container)", ...
    /// "student.backbone.…", "student.head.…", the same for "teacher.", "center", "optimizer.WORD.NAME" and
    /// "optimizer.updates", as TrainingStep::loadState takes them. A file of one network has it as the teacher.
    NamedTensors state;
    std::optional<std::int64_t> epoch;        ///< epochs that were finished
    std::map<std::string, OptionValue> args;  ///< options of the program that trained
    std::map<std::string, OptionValue> facts; ///< other single values, by dotted name
    std::vector<std::string> notes;           ///< what was left out or is unusual, in sentences

    bool has(const std::string& prefix) const;
    /// Undefined if there is none.
    torch::Tensor find(const std::string& name) const;
};

/// Reads official full checkpoints, backbone files and this program's own tensors: .pth in both containers, and
/// safetensors. Networks are looked for under `student` and `teacher`, else `state_dict` or `model`, else at the top;
/// the prefixes of wrappers (`module.`, `_orig_mod.`) are dropped, as is the classifier of a timm model. Nothing in the
/// file is executed. Blocks; any thread.
/// @throws EngineError as PthFile and SafetensorsFile do, and (badInput) for a file without a network.
ModelFile readModelFile(const std::string& path);

} // namespace dinoscope
