// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/folder_source.h"

#include "engine/data/picture_decoder.h"
#include "engine/support/check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestFile = std::int64_t{1} << 30; // no picture of the largest size needs more

/// FNV-1a, 64 bits (Fowler, Noll, Vo).
class Hash {
public:
    void add(const void* data, std::size_t bytes) {
        for (const auto* byte = static_cast<const unsigned char*>(data); bytes > 0; --bytes, ++byte)
            value_ = (value_ ^ *byte) * 0x100000001b3ull;
    }
    void add(const std::string& text) { add(text.c_str(), text.size() + 1); }
    void add(std::int64_t number) { add(&number, sizeof number); }
    std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 0xcbf29ce484222325ull;
};

std::string fingerprintOf(const FolderListing& listing) {
    Hash hash;
    for (const std::string& name : listing.classNames)
        hash.add(name);
    for (const FolderFile& file : listing.files) {
        hash.add(file.path);
        hash.add(file.bytes);
        hash.add(std::int64_t{file.label});
    }
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "folder:%zu:%016llx", listing.files.size(),
                  static_cast<unsigned long long>(hash.value()));
    return text.data();
}

/// An open file that closes itself.
class OpenFile {
public:
    /// Does not wait for the other end if the file is a pipe.
    explicit OpenFile(const fs::path& path) : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~OpenFile() {
        if (number_ >= 0)
            close(number_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int number() const { return number_; }

private:
    const int number_;
};

[[noreturn]] void failRead(const std::string& name, int code) {
    throw EngineError(code == ENOENT ? ErrorCode::notFound : ErrorCode::io, "data",
                      name + " cannot be read: " + std::strerror(code) + "; put the file back or open the folder anew");
}

/// The whole contents of a file; memory is kept for the next one of the thread.
std::span<const std::uint8_t> contentsOf(const fs::path& path, const std::string& name) {
    thread_local std::vector<std::uint8_t> bytes;
    const OpenFile file(path);
    struct stat about {};
    if (file.number() < 0 || fstat(file.number(), &about) != 0)
        failRead(name, errno);
    if (!S_ISREG(about.st_mode))
        throw EngineError(ErrorCode::badInput, "data", name + " is not a file any more: open the folder anew");
    if (about.st_size > kLargestFile)
        throw EngineError(ErrorCode::badInput, "data",
                          name + " has " + std::to_string(about.st_size) +
                              " bytes, more than the largest file that "
                              "is read (1 GiB): make the picture smaller");
    bytes.resize(static_cast<std::size_t>(about.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::read(file.number(), bytes.data() + done, bytes.size() - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            failRead(name, errno);
        if (got == 0) // shorter than it was a moment ago
            break;
        done += static_cast<std::size_t>(got);
    }
    return {bytes.data(), done};
}

std::string folderName(const fs::path& folder) {
    std::error_code error;
    const fs::path whole = fs::canonical(folder, error);
    return printableText((error ? folder : whole).filename().string());
}

/// Both sets get the classes of either.
void shareClassNames(FolderListing& a, FolderListing& b) {
    std::vector<std::string> all;
    std::set_union(a.classNames.begin(), a.classNames.end(), b.classNames.begin(), b.classNames.end(),
                   std::back_inserter(all));
    for (FolderListing* listing : {&a, &b}) {
        for (FolderFile& file : listing->files)
            if (file.label >= 0) {
                const std::string& name = listing->classNames[static_cast<std::size_t>(file.label)];
                file.label = static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), name) - all.begin());
            }
        listing->classNames = all;
    }
}

} // namespace

FolderSource::FolderSource(std::string name, fs::path folder, FolderListing listing)
    : name_(std::move(name)), folder_(std::move(folder)), listing_(std::move(listing)) {
    if (listing_.files.empty())
        throw EngineError(ErrorCode::badInput, "data",
                          printableText(folder_.string()) +
                              " holds no picture: choose a folder with JPEG, PNG, BMP, WebP or TIFF files, or with a "
                              "sub-folder of them for each class");
    fingerprint_ = fingerprintOf(listing_);
    for (std::string& className : listing_.classNames)
        className = printableText(className);
}

const FolderFile& FolderSource::file(SampleIndex index) const {
    if (index.value < 0 || index.value >= count())
        throw EngineError(ErrorCode::notFound, "data",
                          name_ + " has no picture " + std::to_string(index.value) + ": its numbers go from 0 to " +
                              std::to_string(count() - 1));
    return listing_.files[static_cast<std::size_t>(index.value)];
}

PictureView FolderSource::read(SampleIndex index, Image& buffer) const {
    const fs::path path = folder_ / file(index).path;
    const std::string name = printableText(path.string());
    decodePicture(contentsOf(path, name), name, buffer);
    return PictureView(buffer);
}

std::optional<std::int32_t> FolderSource::label(SampleIndex index) const {
    const std::int32_t label = file(index).label;
    return label >= 0 ? std::optional(label) : std::nullopt;
}

std::string FolderSource::pictureName(SampleIndex index) const { return printableText(file(index).path); }

DataSets openFolder(const fs::path& folder) {
    std::error_code error;
    const fs::path train = folder / "train";
    const fs::path test = folder / (fs::is_directory(folder / "val", error) ? "val" : "test");
    const std::string name = folderName(folder);
    if (!fs::is_directory(train, error) || !fs::is_directory(test, error))
        return {std::make_shared<FolderSource>(name, folder, scanFolder(folder)), nullptr};
    FolderListing trainListing = scanFolder(train), testListing = scanFolder(test);
    if (!trainListing.classNames.empty() && !testListing.classNames.empty())
        shareClassNames(trainListing, testListing);
    return {std::make_shared<FolderSource>(name + ", training pictures", train, std::move(trainListing)),
            std::make_shared<FolderSource>(name + ", test pictures", test, std::move(testListing))};
}

} // namespace dinoscope
