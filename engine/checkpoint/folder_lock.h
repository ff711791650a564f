// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope {

/// The right to write into a run's folder, for one process at a time and one owner in it. It ends with the process,
/// however that ends. The file `lock` in the folder stays; what its text tells of a run that was not closed is read by
/// engine/api/unclosed_run.h.
class FolderLock {
public:
    /// @throws EngineError(io) if another one has it, or the folder cannot be written.
    explicit FolderLock(const std::string& folder);
    ~FolderLock();
    /// From now on an end of the process without markClosed() is noticed; a disk that has no room even for that is not
    /// an error.
    void markOpen();
    void markClosed();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_;
};

} // namespace dinoscope
