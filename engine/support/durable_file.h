// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/support/sha256.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dinoscope {

// Files that are there after a power cut once the call has returned. Every call to the system is checked; a failure is
// an EngineError(io) whose sentence names the file, the reason and the way out. All of it blocks; any thread.

/// A new file that is written from front to back.
class DurableFile {
public:
    /// @throws EngineError(io), also if the file exists.
    explicit DurableFile(std::string path);
    /// Without finish() the file stays as far as it was written.
    ~DurableFile();
    DurableFile(const DurableFile&) = delete;
    DurableFile& operator=(const DurableFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
    /// Waits for the disk and closes. @returns the SHA-256 of what was written.
    std::string finish();
    std::uint64_t size() const { return size_; }

private:
    std::string path_;
    int file_;
    std::uint64_t size_ = 0;
    Sha256 sum_;
};

/// Waits until the names in a folder are on the disk.
void syncFolder(const std::string& path);

/// Gives a file or folder another name in the same parent, which must not be taken by a folder with content; waits for
/// the disk.
void renameDurably(const std::string& from, const std::string& to);

/// Makes a folder and those above it; one that is there already is as good.
void makeFolders(const std::string& path);

/// Replaces a file by one with this text: after a power cut there is the old one or the new one. A crash may leave
/// `path`.new behind, which the next call replaces.
void replaceFile(const std::string& path, std::string_view text);

/// Adds to the end of a file, which is made if need be: all of the text, or on a failure nothing of it.
void appendToFile(const std::string& path, std::string_view text);

/// A whole small file. @throws EngineError(io), also if it has more than `limit` bytes.
std::string readSmallFile(const std::string& path, std::size_t limit);

/// Free bytes for this user on the file system that holds `path`; nothing is known: the largest number.
std::uint64_t freeBytes(const std::string& path);

} // namespace dinoscope
