// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/tar_index.h"

#include "engine/data/folder_scan.h"
#include "engine/data/open_watch.h"
#include "engine/support/check.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kBlock = 512;
constexpr std::int64_t kLongestName = 4096;
constexpr std::int64_t kLongestExtension = 1 << 20; // bytes of an extended header
constexpr std::size_t kMostMembers = 10'000'000;

using Block = std::array<char, kBlock>;

/// Where the fields of a header lie (POSIX.1-1988, 10.1.1).
struct Field {
    std::size_t begin, bytes;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kMagic{257, 5}, kPrefix{345, 155};
constexpr std::size_t kType = 156;

std::string_view fieldOf(const Block& header, Field field) {
    const std::string_view whole(header.data() + field.begin, field.bytes);
    return whole.substr(0, whole.find('\0'));
}

/// An octal number, with blanks around it; nothing if it is none.
std::optional<std::int64_t> octal(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == text.npos)
        return 0;
    std::int64_t value = 0;
    for (const char c : text.substr(first, text.find_last_not_of(' ') + 1 - first)) {
        if (c < '0' || c > '7' || value > std::numeric_limits<std::int64_t>::max() / 8)
            return std::nullopt;
        value = 8 * value + (c - '0');
    }
    return value;
}

/// GNU writes what does not fit in base 256, with the highest bit set.
std::optional<std::int64_t> sizeOf(const Block& header) {
    if ((header[kSize.begin] & 0x80) == 0)
        return octal(fieldOf(header, kSize));
    std::int64_t value = header[kSize.begin] & 0x7f;
    for (std::size_t i = 1; i < kSize.bytes; ++i) {
        if (value >= std::int64_t{1} << 54)
            return std::nullopt;
        value = 256 * value + static_cast<unsigned char>(header[kSize.begin + i]);
    }
    return value;
}

/// The sum of all bytes, those of the sum itself taken as blanks; some programs add them up with a sign.
bool sumHolds(const Block& header) {
    std::int64_t plain = 0, withSign = 0;
    for (std::size_t i = 0; i < header.size(); ++i) {
        const bool blank = i >= kChecksum.begin && i < kChecksum.begin + kChecksum.bytes;
        plain += blank ? ' ' : static_cast<unsigned char>(header[i]);
        withSign += blank ? ' ' : static_cast<signed char>(header[i]);
    }
    const auto stored = octal(fieldOf(header, kChecksum));
    return stored && (*stored == plain || *stored == withSign);
}

/// What an extended header says of the next member.
struct Extension {
    std::optional<std::string> name;
    std::optional<std::int64_t> bytes;
};

class Reader {
public:
    Reader(const fs::path& file, OpenWatch* watch)
        : watch_(watch), name_(printableText(file.string())),
          number_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        struct stat about {};
        if (number_ < 0 || fstat(number_, &about) != 0)
            fail(errno == ENOENT ? ErrorCode::notFound : ErrorCode::io,
                 std::string("cannot be read: ") + std::strerror(errno) + "; check path and rights");
        if (!S_ISREG(about.st_mode)) {
            close(number_);
            fail(ErrorCode::badInput, "is not a file: choose a tar file");
        }
        size_ = about.st_size;
    }
    ~Reader() { close(number_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    std::vector<TarMember> members() {
        std::vector<TarMember> members;
        Block header{};
        while (readHeader(header)) {
            const auto bytes = sizeOf(header);
            if (!sumHolds(header) || !bytes)
                fail(ErrorCode::badInput, place_ == kBlock
                                              ? "is no tar file: choose another one"
                                              : "holds a damaged header behind byte " +
                                                    std::to_string(place_ - kBlock) + ": get the file again");
            take(header, *bytes, members);
            if (members.size() > kMostMembers)
                fail(ErrorCode::badInput,
                     "holds more than " + std::to_string(kMostMembers) + " files: cut it into several");
        }
        return members;
    }

private:
    [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
        throw EngineError(code, "data", name_ + " " + what);
    }

    /// Bytes of the file; fewer at its end.
    std::size_t read(std::int64_t begin, char* to, std::size_t bytes) const {
        std::size_t done = 0;
        while (done < bytes) {
            const ssize_t got = pread(number_, to + done, bytes - done, begin + static_cast<std::int64_t>(done));
            if (got < 0 && errno != EINTR)
                fail(ErrorCode::io, std::string("cannot be read: ") + std::strerror(errno) + "; try it again");
            if (got == 0)
                break;
            done += got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        return done;
    }

    /// False at the end: a block of zeros, or the end of the file.
    bool readHeader(Block& header) {
        if (place_ > size_ - kBlock || read(place_, header.data(), header.size()) < header.size()) {
            if (place_ == 0)
                fail(ErrorCode::badInput, "is no tar file: choose another one");
            return false;
        }
        place_ += kBlock;
        if (watch_)
            watch_->listed(0);
        return std::any_of(header.begin(), header.end(), [](char c) { return c != 0; });
    }

    /// Handles one member and goes to the header behind it.
    void take(const Block& header, std::int64_t bytes, std::vector<TarMember>& members) {
        const char type = header[kType];
        if (type == 'x' || type == 'L') {
            extend(type, contents(bytes));
        } else {
            const std::int64_t length = type == 'g' || type == 'K' ? bytes : next_.bytes.value_or(bytes);
            const bool isFile = type == '0' || type == '\0' || type == '7';
            std::string name = isFile ? next_.name.value_or(nameOf(header)) : std::string();
            if (isFile && !name.empty() && name.back() != '/') // a slash marks a folder in old files
                members.push_back({std::move(name), place_, length});
            if (type != 'g' && type != 'K')
                next_ = {};
            bytes = length;
        }
        // Blocks are filled up; a size that leads behind the end ends the list.
        place_ = bytes > size_ - place_ ? size_ : place_ + (bytes + kBlock - 1) / kBlock * kBlock;
    }

    static std::string nameOf(const Block& header) {
        const std::string_view name = fieldOf(header, kName), prefix = fieldOf(header, kPrefix);
        const bool hasPrefix =
            fieldOf(header, kMagic) == "ustar" && header[kMagic.begin + 5] == '\0' && !prefix.empty();
        return hasPrefix ? std::string(prefix) + "/" + std::string(name) : std::string(name);
    }

    /// Of an extended header; cut at the end of the file.
    std::string contents(std::int64_t bytes) const {
        if (bytes > kLongestExtension)
            fail(ErrorCode::badInput, "holds an extended header of " + std::to_string(bytes) +
                                          " bytes, which is no name: get the file again");
        std::string text(static_cast<std::size_t>(std::min(bytes, size_ - place_)), '\0');
        text.resize(read(place_, text.data(), text.size()));
        return text;
    }

    void extend(char type, const std::string& text) {
        if (type == 'L') {
            setName(text.substr(0, text.find('\0')));
            return;
        }
        // Records "LENGTH KEY=VALUE\n" whose length counts all of it.
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t blank = text.find(' ', at);
            std::size_t length = 0;
            for (std::size_t i = at; i < std::min(blank, at + 8) && text[i] >= '0' && text[i] <= '9'; ++i)
                length = 10 * length + static_cast<std::size_t>(text[i] - '0');
            const std::size_t equals = text.find('=', at);
            if (blank == text.npos || equals == text.npos || equals < blank || length > text.size() - at ||
                at + length <= equals + 1)
                fail(ErrorCode::badInput, "holds an extended header that is damaged: get the file again");
            const std::string key = text.substr(blank + 1, equals - blank - 1);
            const std::string value = text.substr(equals + 1, at + length - equals - 2);
            if (key == "path")
                setName(value);
            else if (key == "size")
                setSize(value);
            at += length;
        }
    }

    void setName(std::string name) {
        if (static_cast<std::int64_t>(name.size()) > kLongestName)
            fail(ErrorCode::badInput, "holds a name of " + std::to_string(name.size()) + " bytes: get the file again");
        next_.name = std::move(name);
    }

    void setSize(const std::string& digits) {
        std::int64_t value = 0;
        for (const char c : digits) {
            if (c < '0' || c > '9' || value > std::numeric_limits<std::int64_t>::max() / 16)
                fail(ErrorCode::badInput, "holds a size that is no number: get the file again");
            value = 10 * value + (c - '0');
        }
        next_.bytes = value;
    }

    OpenWatch* const watch_;
    const std::string name_;
    const int number_;
    std::int64_t size_ = 0, place_ = 0;
    Extension next_;
};

} // namespace

std::vector<TarMember> readTarIndex(const fs::path& file, OpenWatch* watch) { return Reader(file, watch).members(); }

} // namespace dinoscope
