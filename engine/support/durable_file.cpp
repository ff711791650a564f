// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/durable_file.h"

#include "engine/support/check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

namespace dinoscope {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what, int code) {
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    throw EngineError(ErrorCode::io, "support",
                      "'" + path + "' could not be " + what + ": " + std::strerror(code) +
                          (full ? ". Free space on the disk, or choose another folder."
                                : ". Check the folder and its permissions, or choose another one."));
}

/// @returns 0, or why not all was written.
int writeAll(int file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : ENOSPC;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

std::string parentOf(const std::string& path) {
    const std::string parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

} // namespace

DurableFile::DurableFile(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {
    if (file_ < 0)
        fail(path_, "made", errno);
}

DurableFile::~DurableFile() {
    if (file_ >= 0)
        ::close(file_);
}

void DurableFile::write(std::span<const std::byte> bytes) {
    sum_.add(bytes);
    if (const int code = writeAll(file_, bytes))
        fail(path_, "written", code);
    size_ += bytes.size();
}

std::string DurableFile::finish() {
    if (::fsync(file_) != 0)
        fail(path_, "written", errno);
    if (::close(std::exchange(file_, -1)) != 0)
        fail(path_, "written", errno);
    return sum_.hex();
}

void syncFolder(const std::string& path) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        fail(path, "opened", errno);
    const int code = ::fsync(folder) == 0 ? 0 : errno;
    ::close(folder);
    // Some network file systems cannot; then there is nothing to wait for.
    if (code != 0 && code != EINVAL)
        fail(path, "written", code);
}

void renameDurably(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        fail(to, "put in place", errno);
    syncFolder(parentOf(to));
}

void makeFolders(const std::string& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (!code && !std::filesystem::is_directory(path, code) && !code)
        code = std::make_error_code(std::errc::not_a_directory);
    if (code)
        fail(path, "made", code.value());
}

void replaceFile(const std::string& path, std::string_view text) {
    const std::string part = path + ".new";
    if (::unlink(part.c_str()) != 0 && errno != ENOENT)
        fail(part, "removed", errno);
    DurableFile file(part);
    file.write(text);
    file.finish();
    renameDurably(part, path);
}

void appendToFile(const std::string& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    struct stat before {};
    int code = file < 0 || ::fstat(file, &before) != 0 ? errno : 0;
    if (code == 0)
        code = writeAll(file, std::as_bytes(std::span(text)));
    if (code == 0 && ::fsync(file) != 0 && errno != EINVAL) // what is no file cannot be waited for
        code = errno;
    if (code != 0 && file >= 0) [[maybe_unused]]
        const int restored = ::ftruncate(file, before.st_size);
    if (file >= 0)
        ::close(file);
    if (code != 0)
        fail(path, "written", code);
}

std::string readSmallFile(const std::string& path, std::size_t limit) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        fail(path, "read", errno);
    std::string text;
    char piece[4096];
    while (text.size() <= limit) {
        const ssize_t got = ::read(file, piece, sizeof piece);
        if (got < 0 && errno == EINTR)
            continue;
        const int code = got < 0 ? errno : 0;
        if (got <= 0) {
            ::close(file);
            if (code != 0)
                fail(path, "read", code);
            return text;
        }
        text.append(piece, static_cast<std::size_t>(got));
    }
    ::close(file);
    throw EngineError(ErrorCode::io, "support",
                      "'" + path + "' has more than the " + std::to_string(limit) + " bytes that it may have.");
}

std::uint64_t freeBytes(const std::string& path) {
    struct statvfs figures {};
    if (::statvfs(path.c_str(), &figures) != 0)
        return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(figures.f_bavail) * figures.f_frsize;
}

} // namespace dinoscope
