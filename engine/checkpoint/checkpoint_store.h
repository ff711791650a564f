// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint_folder.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dinoscope {

/// Which checkpoints of a run are kept. Those that a person asked for always are.
struct Retention {
    std::int64_t last = 3;        ///< the newest ones; at least 2 are kept whatever is asked for
    std::int64_t everyEpochs = 0; ///< those at the end of each k-th epoch; 0: none of them
    bool best = true;             ///< the one with the highest accuracy
};

/// The checkpoints of one run: folders step-000000123 below `checkpoints`, and a file `last` that names the newest. One
/// thread at a time; everything blocks on the disk.
class CheckpointStore {
public:
    /// `runFolder` exists. Nothing is made or changed before the first save().
    explicit CheckpointStore(const std::string& runFolder);

    /// The folders of all checkpoints, whole or not, by name.
    std::vector<std::string> paths() const;
    /// Those whose manifest is whole, by step.
    std::vector<CheckpointEntry> list() const;

    /// Writes a checkpoint, points `last` to it, then takes away those that `retention` does not keep. Nothing is taken
    /// away before the new one has been read again, and never the only other one that is whole. @throws EngineError as
    /// writeCheckpoint().
    CheckpointEntry save(const CheckpointContent& content, const Retention& retention);

    struct Newest {
        std::optional<CheckpointEntry> entry; ///< verified, every byte
        std::vector<std::string> problems;    ///< a sentence for each newer one that is damaged
    };
    /// The newest checkpoint that is whole; with a step, that one or nothing.
    Newest newestGood(std::optional<Step> step = std::nullopt) const;

    /// Takes away what a broken save or removal left behind. Only for the one that writes into the run.
    void removeLeftovers();

private:
    void rotate(const Retention& retention, const CheckpointEntry& newest);

    std::string folder_;
};

/// "step-000000123"
std::string checkpointName(Step step);

} // namespace dinoscope
