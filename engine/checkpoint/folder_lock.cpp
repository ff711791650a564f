// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/folder_lock.h"

#include "engine/api/unclosed_run.h"
#include "engine/support/check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace dinoscope {

FolderLock::FolderLock(const std::string& folder)
    : file_(::open((folder + "/" + kRunLockFile).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0)
        throw EngineError(ErrorCode::io, "checkpoint",
                          "The folder '" + folder + "' cannot be written: " + std::strerror(errno) +
                              ". Check its permissions, or choose another one.");
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0)
        return;
    const int code = errno;
    ::close(file_);
    if (code == EWOULDBLOCK)
        throw EngineError(ErrorCode::io, "checkpoint",
                          "The run in '" + folder + "' is open already, here or in another Dinoscope: close it there.");
    throw EngineError(ErrorCode::io, "checkpoint",
                      "The folder '" + folder + "' cannot be locked: " + std::strerror(code) +
                          "; choose one on a local disk.");
}

void FolderLock::markOpen() {
    markClosed();
    const std::string mark =
        "Process " + std::to_string(::getpid()) + " writes this run, or ended without closing it.\n";
    [[maybe_unused]] const ssize_t written = ::pwrite(file_, mark.data(), mark.size(), 0);
}

void FolderLock::markClosed() { [[maybe_unused]] const int emptied = ::ftruncate(file_, 0); }

FolderLock::~FolderLock() { ::close(file_); }

} // namespace dinoscope
