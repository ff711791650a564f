// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dinoscope {

/// Bytes that can be read from any place: a file, or memory.
class ByteReader {
public:
    virtual ~ByteReader() = default;
    virtual std::uint64_t size() const = 0;
    /// Fills `into` with the bytes from `offset` on, all of which lie below size().
    /// @throws EngineError(io)
    virtual void read(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

/// A regular file. It is read, not mapped, so that a file that another program cuts short meanwhile, or a disk that
/// fails, ends in an error and not in a signal.
class FileReader : public ByteReader {
public:
    /// Does not wait for the other end of a named pipe.
    /// @throws EngineError(io) if it cannot be opened or is no regular file
    explicit FileReader(const std::string& path);
    ~FileReader() override;
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    std::uint64_t size() const override { return size_; }
    void read(std::uint64_t offset, std::span<std::byte> into) const override;

private:
    std::string path_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

/// Bytes in memory, which must outlive this.
class MemoryReader : public ByteReader {
public:
    explicit MemoryReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::uint64_t size() const override { return bytes_.size(); }
    void read(std::uint64_t offset, std::span<std::byte> into) const override;

private:
    std::span<const std::byte> bytes_;
};

} // namespace dinoscope
