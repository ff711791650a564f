// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/checkpoint/checkpoint_store.h"
#include "engine/checkpoint/tensor_file.h"
#include "engine/support/slices.h"
#include "engine/train/accuracy_watch.h"

#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// What a run remembers beside its tensors.
struct RunProgress {
    std::int64_t step = 0;
    double trainSeconds = 0, stepSeconds = 0, waitSeconds = 0;
    std::int64_t replaced = 0; ///< pictures that could not be read
    std::int64_t changes = 0;  ///< live changes
    AccuracyWatch::Schedule evaluation;
    std::int64_t evaluationSide = 0; ///< of the whole pictures that accuracies are measured with, in pixels
    std::string data;                ///< fingerprint of the training pictures
};

/// A checkpoint of a run, read.
struct SavedRun {
    std::string folder; ///< of the run
    CheckpointEntry checkpoint;
    ParamSet params;
    RunProgress progress;
    NamedTensors tensors;
    std::vector<std::string> problems; ///< sentences on newer checkpoints that are damaged
};

/// The text of values.json.
std::string savedValues(const ParamSet& params, const RunProgress& progress);

/// Reads the newest checkpoint of a run that is whole, or the one of step `at`; every byte is verified. Blocks.
/// @throws EngineError: notFound if there is none, badInput if none is whole or it does not fit this program.
SavedRun readSavedRun(const std::string& folder, std::optional<Step> at, const EngineCatalog& catalog);

/// The settings of a run that ended before its first checkpoint, so that it can begin again; nothing if the folder
/// holds a checkpoint or no run, and for a run that was closed in order after its first step, whose curves would go:
/// it had a checkpoint, which somebody has taken away. Blocks.
/// @throws EngineError(notFound) if it was itself begun from another run or file, whose networks are not in the folder,
/// or as readConfigFile().
std::optional<ParamSet> unsavedRun(const std::string& folder, const EngineCatalog& catalog);

/// Looks at every checkpoint of a run, one a slice; answers with a RunReport.
/// @throws EngineError(notFound) if the folder is no run's, or if every byte is asked for and there is no checkpoint.
Slices<JobAnswer> checkRun(CheckRunRequest request);

/// Keeps a person's words in a run's folder. @throws EngineError(io), (badInput) for more than 64 kB.
void keepNote(const NoteRunRequest& request);

/// Reads the points, live changes and first settings of a run; its files are not changed. Blocks.
/// @throws EngineError(notFound) if the folder is no run's, (io), (badInput).
RecordReport readRecord(const std::string& folder, const EngineCatalog& catalog);

} // namespace dinoscope
