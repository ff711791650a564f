// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/byte_reader.h"

#include "engine/formats/format_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {

FileReader::FileReader(const std::string& path) : path_(path) {
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file_ < 0)
        throwIoFailure(path, "opened", errno);
    struct stat status {};
    const bool known = ::fstat(file_, &status) == 0;
    const int error = known ? 0 : errno;
    if (known && S_ISREG(status.st_mode)) {
        size_ = static_cast<std::uint64_t>(status.st_size);
        return;
    }
    ::close(file_);
    if (!known)
        throwIoFailure(path, "read", error);
    throwIoFailure(path, "read", S_ISDIR(status.st_mode) ? "it is a folder" : "it is a pipe or a device, not a file");
}

FileReader::~FileReader() { ::close(file_); }

void FileReader::read(std::uint64_t offset, std::span<std::byte> into) const {
    while (!into.empty()) {
        const std::size_t wanted = std::min(into.size(), std::size_t{1} << 30);
        const ssize_t got = ::pread(file_, into.data(), wanted, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throwIoFailure(path_, "read", errno);
        if (got == 0)
            throwIoFailure(path_, "read", "it became shorter meanwhile");
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
}

void MemoryReader::read(std::uint64_t offset, std::span<std::byte> into) const {
    if (!into.empty())
        std::memcpy(into.data(), bytes_.subspan(offset, into.size()).data(), into.size());
}

} // namespace dinoscope
