// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace dinoscope {

/// The right to write into a run's folder, for one process at a time and one owner in it. It ends with the process,
/// however that ends; the file `lock` in the folder stays and means nothing by itself.
class FolderLock {
public:
    /// @throws EngineError(io) if another one has it, or the folder cannot be written.
    explicit FolderLock(const std::string& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int file_;
};

} // namespace dinoscope
