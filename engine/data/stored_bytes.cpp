// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/stored_bytes.h"

#include "engine/data/folder_scan.h"
#include "engine/data/picture_error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargest = std::int64_t{1} << 30; // no picture of the largest size needs more
constexpr std::size_t kLooks = 16;                       // at files before all are said to be gone

[[noreturn]] void failRead(const std::string& name, int code) {
    throw PictureError(code == ENOENT ? ErrorCode::notFound : ErrorCode::io, PictureVerdict::unreadable, name,
                       std::string("cannot be read: ") + std::strerror(code) +
                           "; put the file back or open the folder anew");
}

/// An open file that closes itself.
class OpenFile {
public:
    OpenFile(const std::string& path, const std::string& name)
        : name_(name), number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        struct stat about {};
        if (number_ < 0 || fstat(number_, &about) != 0)
            failRead(name, errno);
        if (!S_ISREG(about.st_mode)) {
            close(number_);
            throw PictureError(PictureVerdict::unreadable, name, "is not a file any more: open the folder anew");
        }
        size_ = about.st_size;
    }
    ~OpenFile() { close(number_); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::int64_t size() const { return size_; }

    /// Fewer than asked for if the file is shorter than it was a moment ago.
    std::span<const std::uint8_t> read(std::int64_t begin, std::int64_t bytes) const {
        if (bytes > kLargest)
            throw PictureError(PictureVerdict::tooLarge, name_,
                               "has " + std::to_string(bytes) +
                                   " bytes, more than the largest file that is read (1 GiB): make the picture smaller");
        thread_local std::vector<std::uint8_t> kept;
        kept.resize(static_cast<std::size_t>(bytes));
        std::size_t done = 0;
        while (done < kept.size()) {
            const ssize_t got =
                pread(number_, kept.data() + done, kept.size() - done, begin + static_cast<std::int64_t>(done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                failRead(name_, errno);
            if (got == 0)
                break;
            done += static_cast<std::size_t>(got);
        }
        return {kept.data(), done};
    }

private:
    const std::string& name_;
    const int number_;
    std::int64_t size_ = 0;
};

} // namespace

std::span<const std::uint8_t> storedFile(const std::string& file, const std::string& name) {
    const OpenFile open(file, name);
    return open.read(0, open.size());
}

std::span<const std::uint8_t> storedPart(const std::string& file, std::int64_t begin, std::int64_t bytes,
                                         const std::string& name) {
    const OpenFile open(file, name);
    if (bytes > open.size() || begin > open.size() - bytes)
        throw PictureError(PictureVerdict::truncated, name, "lies behind the end of its file, which is cut off");
    return open.read(begin, bytes);
}

void checkStillThere(const fs::path& root, std::size_t count, const std::function<fs::path(std::size_t)>& file) {
    struct stat about {};
    const auto say = [&root](const std::string& what) {
        throw EngineError(ErrorCode::noPictures, "data",
                          printableText(root.string()) + " " + what + ": mount it or put it back, then go on");
    };
    if (stat(root.c_str(), &about) != 0)
        say(std::string("cannot be reached any more (") + std::strerror(errno) + ")");
    const std::size_t looks = std::min(count, kLooks);
    for (std::size_t i = 0; i < looks; ++i)
        if (stat(file(i * count / looks).c_str(), &about) == 0)
            return;
    say("holds its pictures no more");
}

} // namespace dinoscope
