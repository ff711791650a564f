// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/idx_file.h"

#include "engine/support/check.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace dinoscope {
namespace {

constexpr std::int64_t kGzipRatio = 1032;        // the most that deflate can expand
constexpr std::int64_t kFirstRoom = 1 << 20;     // memory taken before the first byte has arrived
constexpr std::int64_t kLargestFile = 1ll << 40; // guards the arithmetic on forged dimensions
constexpr std::uint8_t kUnsignedBytes = 0x08;
constexpr const char* kWayOut = "; get the file again or choose another folder";

[[noreturn]] void fail(ErrorCode code, const std::filesystem::path& file, const std::string& what,
                       std::string detail = {}) {
    throw EngineError(code, "data", file.string() + " " + what + kWayOut, std::move(detail));
}

/// A file that zlib opens: it inflates gzip data and passes anything else through.
class ByteReader {
public:
    explicit ByteReader(const std::filesystem::path& file) : file_(file) {
        std::error_code error;
        if (!std::filesystem::exists(file, error))
            fail(ErrorCode::notFound, file, "does not exist", error.message());
        if (!std::filesystem::is_regular_file(file, error))
            fail(ErrorCode::badInput, file, "is not a file");
        size_ = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
        if (error)
            fail(ErrorCode::io, file, "cannot be examined", error.message());
        errno = 0;
        handle_ = gzopen(file.c_str(), "rb");
        if (handle_ == nullptr)
            fail(ErrorCode::io, file, "cannot be opened: " + std::string(std::strerror(errno)));
        gzbuffer(handle_, 1 << 17);
    }
    ~ByteReader() { gzclose_r(handle_); }
    ByteReader(const ByteReader&) = delete;
    ByteReader& operator=(const ByteReader&) = delete;

    /// The most bytes that the file can deliver.
    std::int64_t mostBytes() { return gzdirect(handle_) != 0 ? size_ : size_ * kGzipRatio; }
    bool compressed() { return gzdirect(handle_) == 0; }

    /// Reads up to `bytes`; less only at the end of the file.
    std::int64_t read(std::uint8_t* out, std::int64_t bytes) {
        std::int64_t done = 0;
        while (done < bytes) {
            const auto want = static_cast<unsigned>(std::min<std::int64_t>(bytes - done, 1 << 24));
            const int got = gzread(handle_, out + done, want);
            if (got < 0)
                failRead();
            done += got;
            if (got < static_cast<int>(want)) {
                int code = Z_OK;
                gzerror(handle_, &code);
                if (code == Z_BUF_ERROR || code == Z_DATA_ERROR)
                    failRead();
                break;
            }
        }
        return done;
    }

private:
    [[noreturn]] void failRead() {
        int code = Z_OK;
        const std::string text = gzerror(handle_, &code);
        if (code == Z_ERRNO)
            fail(ErrorCode::io, file_, "cannot be read: " + std::string(std::strerror(errno)), text);
        if (code == Z_BUF_ERROR)
            fail(ErrorCode::badInput, file_, "ends too early: its compressed data is cut off", text);
        fail(ErrorCode::badInput, file_, "is damaged: its compressed data cannot be unpacked", text);
    }

    const std::filesystem::path& file_;
    std::int64_t size_ = 0;
    gzFile handle_ = nullptr;
};

std::string shapeText(const std::vector<std::int64_t>& dimensions) {
    std::string text;
    for (std::int64_t d : dimensions)
        text += (text.empty() ? "" : " x ") + std::to_string(d);
    return text;
}

std::vector<std::int64_t> readHeader(ByteReader& reader, const std::filesystem::path& file) {
    std::array<std::uint8_t, 4> magic{};
    if (reader.read(magic.data(), 4) != 4)
        fail(ErrorCode::badInput, file, "ends inside its header");
    if (magic[0] != 0 || magic[1] != 0 || magic[3] < 1 || magic[3] > 4)
        fail(ErrorCode::badInput, file, "is not an IDX file: it starts with other bytes");
    if (magic[2] != kUnsignedBytes)
        fail(ErrorCode::badInput, file,
             "holds values of IDX type " + std::to_string(magic[2]) + ", not unsigned bytes (8)");
    std::vector<std::int64_t> dimensions(magic[3]);
    for (std::int64_t& d : dimensions) {
        std::array<std::uint8_t, 4> b{};
        if (reader.read(b.data(), 4) != 4)
            fail(ErrorCode::badInput, file, "ends inside its header");
        d = (static_cast<std::int64_t>(b[0]) << 24) | (b[1] << 16) | (b[2] << 8) | b[3];
    }
    return dimensions;
}

std::int64_t checkedTotal(const std::vector<std::int64_t>& dimensions, std::int64_t room, bool compressed,
                          const std::filesystem::path& file) {
    std::int64_t total = 1;
    for (std::int64_t d : dimensions) {
        if (d == 0)
            fail(ErrorCode::badInput, file, "is empty: its header says " + shapeText(dimensions));
        total = d > kLargestFile / total ? kLargestFile : total * d;
    }
    if (total > room || (!compressed && total < room))
        fail(ErrorCode::badInput, file,
             "says in its header that it holds " + shapeText(dimensions) + " bytes, but " +
                 (compressed ? "so small a compressed file cannot hold them" : std::to_string(room) + " bytes follow"));
    return total;
}

} // namespace

IdxArray readIdx(const std::filesystem::path& file) {
    ByteReader reader(file);
    IdxArray array;
    array.dimensions = readHeader(reader, file);
    const auto headerBytes = static_cast<std::int64_t>(4 + 4 * array.dimensions.size());
    const std::int64_t total =
        checkedTotal(array.dimensions, reader.mostBytes() - headerBytes, reader.compressed(), file);
    std::int64_t done = 0;
    while (done < total) {
        const std::int64_t room = std::min(total, std::max(kFirstRoom, done * 2));
        array.values.resize(static_cast<std::size_t>(room));
        const std::int64_t got = reader.read(array.values.data() + done, room - done);
        done += got;
        if (done < room)
            fail(ErrorCode::badInput, file,
                 "ends too early: its header says " + shapeText(array.dimensions) + " bytes, " + std::to_string(done) +
                     " are there");
    }
    std::uint8_t extra = 0;
    if (reader.read(&extra, 1) != 0) // also lets zlib compare its checksum
        fail(ErrorCode::badInput, file,
             "goes on after the " + shapeText(array.dimensions) + " bytes that its header names");
    return array;
}

} // namespace dinoscope
