// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/formats/byte_reader.h"
#include "engine/formats/memory_budget.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

/// Bytes on the heap, not initialised before they are read.
struct ByteBuffer {
    std::unique_ptr<std::byte[]> data;
    std::size_t size = 0;

    static ByteBuffer make(std::size_t size);
    std::span<std::byte> span() const { return {data.get(), size}; }
};

/// One file inside an archive.
struct ZipRecord {
    std::uint64_t start = 0; ///< of its local header
    std::uint64_t size = 0;
    std::uint64_t packedSize = 0;
    std::uint64_t limit = 0; ///< where the next record or the directory begins
    std::uint32_t checksum = 0;
    std::uint32_t nameStart = 0; ///< in the directory
    std::uint16_t nameLength = 0;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
};

/// The uncompressed ZIP archives that PyTorch writes (PKWARE's APPNOTE.TXT, ZIP64 included; sizes and checksums stand
/// in the central directory alone). Own code rather than a library, because of what it promises for files that nobody
/// vouches for: memory only for what is there, no two records over the same bytes, one meaning for each name, and the
/// local header in agreement with the directory.
class ZipArchive {
public:
    static constexpr std::size_t kMaxRecords = 200'000;

    /// Reads the central directory. `path` is for sentences; all of them must outlive this.
    /// @throws EngineError(badInput), EngineError(io)
    ZipArchive(const ByteReader& reader, const std::string& path, MemoryBudget& budget);

    /// In the order of their bytes.
    const std::vector<ZipRecord>& records() const { return records_; }
    std::string_view name(const ZipRecord& record) const;
    /// Null if there is none.
    const ZipRecord* find(std::string_view name) const;
    /// The bytes of a record, compared with its CRC-32 unless that is recorded as 0 (not computed).
    /// @throws EngineError(badInput) if they differ, if the record is compressed or encrypted, or if it overlaps
    /// another one
    ByteBuffer read(const ZipRecord& record) const;

private:
    struct End;

    End findEnd() const;
    void readLargeEnd(End& end) const;
    void readDirectory(const End& end, MemoryBudget& budget);
    std::size_t readEntry(std::size_t place, ZipRecord& record) const;
    void readLargeSizes(std::span<const std::byte> extra, ZipRecord& record) const;
    void setLimits(std::uint64_t directoryStart);
    void indexNames();
    std::uint64_t dataStart(const ZipRecord& record) const;
    [[noreturn]] void fail(const std::string& what) const;

    const ByteReader& reader_;
    const std::string& path_;
    ByteBuffer directory_;
    std::vector<ZipRecord> records_;
    std::vector<std::uint32_t> byName_;
};

} // namespace dinoscope
