// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone_options.h"
#include "engine/checkpoint/tensor_file.h"
#include "engine/heads/dino_head.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

class Backbone;

/// A network that leaves the program: float32, on the CPU, in evaluation mode; nobody trains it.
struct ExportedNetwork {
    std::string what;        ///< "teacher of step 300 of 'run'"
    BackboneOptions options; ///< resolved
    std::shared_ptr<Backbone> backbone;
    std::shared_ptr<DinoHead> head; ///< null: without
    HeadOptions headOptions;
    std::vector<float> mean, std; ///< of the input's channels, as the network was trained

    /// Parameters and buffers under their official names, without any prefix.
    NamedTensors backboneState() const;
    NamedTensors headState() const;
    /// "backbone.…" and, with a head, "head.…".
    NamedTensors state() const;
    std::int64_t parameterCount() const;
    /// Side of the input that the position table is for; 224 where there is none.
    std::int64_t usualSide() const;
};

/// What was found when an export was read again.
struct ReadBack {
    std::string compared;           ///< a sentence
    std::vector<std::string> files; ///< that were written, the most important first
};

/// Parameters and buffers of a module under their names.
NamedTensors stateOf(const torch::nn::Module& module);

/// Compares what a file holds with what was to be written.
/// @throws EngineError(io) that names `path` and the tensor if a name is missing or one bit differs.
void checkSameTensors(const NamedTensors& wanted, const NamedTensors& found, const std::string& path);

// Each writes and reads again. They block. @throws EngineError(io), (notAllowed) for a network that the form has no
// place for, (badInput) for more than the form can hold.

/// Tensors under official names; without a head those of the backbone alone, as the official backbone files have them.
ReadBack exportSafetensors(const ExportedNetwork& network, const std::string& path);
/// A state dict as the official backbone files have it; with a head the teacher of a checkpoint.
ReadBack exportPth(const ExportedNetwork& network, const std::string& path);
/// A folder for timm.create_model("local-dir:PATH"): model.safetensors and config.json (timm's vision_transformer.py
/// and resnet.py have the official names).
ReadBack exportTimm(const ExportedNetwork& network, const std::string& folder);
/// A folder for ViTModel.from_pretrained(PATH): model.safetensors in the names of transformers 4, which 5 reads too,
/// config.json and preprocessor_config.json. Transformers alone.
ReadBack exportHuggingFace(const ExportedNetwork& network, const std::string& folder);

/// Everything a run remembers, as TrainingStep::state() names it, in the form of the official checkpoint.pth.
struct OfficialCheckpoint {
    NamedTensors state;
    std::vector<std::string> decaying,
        plain;             ///< the optimiser's two groups: names of the student's parameters, in order
    std::string optimizer; ///< adamw | sgd | lars
    double learningRate = 0, weightDecay = 0; ///< of the coming step
    std::int64_t epoch = 0;                   ///< finished ones
    std::vector<std::pair<std::string, std::variant<bool, std::int64_t, double, std::string>>> args; ///< main_dino.py's
};
/// student with `module.`, teacher without (with it, too, where there is BatchNorm), optimizer, epoch, args, dino_loss.
ReadBack exportOfficialCheckpoint(const OfficialCheckpoint& checkpoint, const std::string& path);

} // namespace dinoscope
