// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"
#include "engine/formats/safetensors.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

// A checkpoint is a folder: state.safetensors (all tensors), values.json (everything else), manifest.json (what it is a
// checkpoint of, and size and SHA-256 of both files) and manifest.sha256 (that of the manifest, as sha256sum writes
// it). It gets its name only when all of it is on the disk; a change of any byte is noticed when it is read.

/// What a checkpoint holds the state of.
struct SavedMoment {
    Step step{};
    Epoch epoch{};         ///< finished epochs
    bool epochEnd = false; ///< between two epochs
    double trainSeconds = 0;
    std::optional<double> accuracy; ///< k-NN accuracy of the teacher in percent, if it was measured at this step
    bool kept = false;              ///< asked for by a person: never taken away
    std::string note;
    std::string savedAt; ///< UTC, "2026-01-31T12:00:00Z"
};

/// All that is to be saved, in host memory.
struct CheckpointContent {
    SavedMoment moment;
    std::vector<TensorView> tensors;
    std::string values;                ///< JSON text
    std::shared_ptr<const void> owner; ///< keeps the bytes of the tensors
};

/// A checkpoint whose manifest is whole.
struct CheckpointEntry {
    std::string path; ///< of its folder
    SavedMoment moment;
    std::uint64_t bytes = 0; ///< of all its files
};

/// Folders that are being written or taken away end in this; they count for nothing.
inline constexpr const char* kIncompleteSuffix = ".incomplete";

/// Writes a checkpoint into `parent` under `name`; one that is there already is replaced in one step. Blocks on the
/// disk. On a failure nothing of it is left, and what was there before is untouched.
/// @throws EngineError(io) if the disk is full or cannot be written, (nonFinite) if a tensor holds a value that is not
/// finite.
CheckpointEntry writeCheckpoint(const std::string& parent, const std::string& name, const CheckpointContent& content);

/// Reads the manifest and compares it with its checksum. @throws EngineError(badInput) that names the file and says
/// what to do, also for a checkpoint of a later version of the program.
CheckpointEntry readCheckpointEntry(const std::string& path);

/// Compares every byte of a checkpoint with its checksums. Blocks. @throws EngineError(badInput) as above.
CheckpointEntry verifyCheckpoint(const std::string& path);

/// The files of a checkpoint.
std::string stateFileOf(const std::string& path);
std::string valuesFileOf(const std::string& path);

} // namespace dinoscope
