// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/checkpoint/exported_network.h"
#include "engine/train/run_settings.h"

#include <optional>
#include <string>

namespace dinoscope {

class LiveRun;

/// What an export takes from: a file of networks, a checkpoint of a run, or the open run.
struct ExportSource {
    std::string name;                         ///< "step 300 of 'run'", "'checkpoint.pth'"
    std::string path;                         ///< for sentences
    std::string folder;                       ///< of the run, if it keeps one
    NamedTensors tensors;                     ///< as TrainingStep::state() names them; of the open run copies
    RunSettings settings;                     ///< with the shapes of the networks
    std::int64_t epoch = 0;                   ///< finished ones
    double learningRate = 0, weightDecay = 0; ///< of the coming step
    std::vector<MetricPoint> points;          ///< curves, of a run
};

/// `run` null: none is open. Blocks. @throws EngineError: notAllowed for the open run when there is none; as
/// readModelFile(), readSavedRun() and paramsOf().
ExportSource openExportSource(const ExportRequest& request, LiveRun* run, const EngineCatalog& catalog);

/// The network that is asked for, with its head if that is asked for.
/// @throws EngineError(badInput) if tensors are missing.
ExportedNetwork exportedNetwork(const ExportSource& source, const ExportRequest& request);

/// Both networks, optimiser, centre and options. @throws EngineError(notAllowed) for a source that is no run.
OfficialCheckpoint officialCheckpoint(const ExportSource& source);

} // namespace dinoscope
