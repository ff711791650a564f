// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/formats/scratch_file.h"

#include <cstdint>

namespace dinoscope::testing {

/// How reading a file ended.
struct Outcome {
    enum class End : std::uint8_t {
        loaded,
        refused, ///< with an EngineError that names the file
        silent,  ///< with an exception without such a sentence
        died,    ///< by a signal or an exit of its own
        hung     ///< no end within half a minute
    };
    End end = End::died;
    std::uint64_t peakBytes = 0; ///< memory above what the process held before, at its highest
    std::uint64_t digest = 0;    ///< of every tensor's bytes, where loaded
};

/// Reads a .pth file and copies every tensor in it, in a process of its own.
Outcome readInAChild(const std::string& path);

/// A file that can be damaged and mended in place.
class CorruptedFile {
public:
    explicit CorruptedFile(const std::string& bytes);
    ~CorruptedFile();
    CorruptedFile(const CorruptedFile&) = delete;
    CorruptedFile& operator=(const CorruptedFile&) = delete;

    const std::string& path() const { return scratch_.path(); }
    std::uint64_t size() const { return size_; }
    void flip(std::uint64_t place, int bit) const;
    /// Cannot be taken back.
    void truncate(std::uint64_t size);

private:
    ScratchFile scratch_;
    std::uint64_t size_;
    int file_ = -1;
};

} // namespace dinoscope::testing
