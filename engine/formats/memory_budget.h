// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/format_error.h"

#include <cstdint>
#include <string>

namespace dinoscope {

/// Memory that reading one file may take beside a copy of its bytes. Few bytes of a crafted file can ask for many small
/// values; each asks here first, with the overhead of the allocator included.
class MemoryBudget {
public:
    /// `path` is for the sentence alone and must outlive this.
    MemoryBudget(const std::string& path, std::uint64_t bytes) : path_(path), left_(bytes) {}

    /// @throws EngineError(badInput) if less is left.
    void charge(std::uint64_t bytes) {
        if (bytes > left_)
            throwBadFile(path_, "holds more small values than this program takes from a file of its size",
                         "Save the tensors alone with torch.save and open that file.");
        left_ -= bytes;
    }

private:
    const std::string& path_;
    std::uint64_t left_;
};

} // namespace dinoscope
