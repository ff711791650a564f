// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/augment_options.h"
#include "engine/backbones/backbone_options.h"
#include "engine/checkpoint/save_options.h"
#include "engine/data/data_options.h"
#include "engine/eval/eval_options.h"
#include "engine/heads/dino_head.h"
#include "engine/objectives/dino_loss.h"
#include "engine/optim/optim_options.h"
#include "engine/train/training_step.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

class FieldList;
struct ParamSpec;
class ParamSet;

/// What belongs to a run as a whole.
struct RunOptions {
    std::int64_t seed = 0;
    std::int64_t batchSize = 64;
    std::string device = "cpu";        ///< cpu | cuda
    std::string precision = "float32"; ///< float32 | bfloat16 | auto
    std::int64_t threads = 0;          ///< of the training step; 0: one a processor
    std::int64_t healthSteps = 5;      ///< steps between two looks at feature spread and winning prototypes
};

void declare(FieldList& fields, RunOptions& options);

/// All options of a run, one struct a room.
struct RunSettings {
    RunOptions run;
    DataOptions data;
    AugmentOptions augment;
    BackboneOptions backbone;
    HeadOptions head;
    LossOptions loss;
    OptimOptions optim;
    EvalOptions eval;
    SaveOptions save;
};

/// The declarations of every room's options, in display order.
std::vector<ParamSpec> declareRun();

/// @throws std::out_of_range if the set lacks an id.
RunSettings readSettings(const ParamSet& params);

/// Checks what the range of a single parameter cannot: options against each other. Holds for a run that is opened and
/// for a live change. @returns the error whose sentence names the parameters and the way out, or nothing.
std::optional<Error> checkTogether(const RunSettings& settings);

/// What the training step is built from, for pictures of `channels` channels and epochs of `stepsPerEpoch` whole
/// batches.
/// @throws EngineError(badParameter) if the backbone asks for other channels.
TrainingOptions trainingOptions(const RunSettings& settings, std::int64_t channels, std::int64_t stepsPerEpoch);

/// Whether this processor multiplies in bfloat16; without that the precision bfloat16 is emulated, slowly.
bool processorHasBfloat16();

/// float32 or bfloat16: what run.precision stands for on this machine.
std::string precisionWord(const RunOptions& options);

/// Threads that run.threads stands for on this machine.
int computeThreads(const RunOptions& options);

} // namespace dinoscope
