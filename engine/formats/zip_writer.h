// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/support/durable_file.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dinoscope {

/// Writes an uncompressed ZIP archive from front to back, as torch.save lays it out: the bytes of each record begin at
/// a multiple of 64, so that readers can map them; sizes and CRC-32 stand in both headers; ZIP64 fields where a number
/// needs them (PKWARE's APPNOTE.TXT, 4.3 and 4.5.3). Own code, since libzip neither aligns records nor writes without
/// seeking.
class ZipWriter {
public:
    static constexpr std::uint64_t kAlignment = 64;

    /// `file` is empty and outlives this.
    explicit ZipWriter(DurableFile& file) : file_(file) {}

    /// @throws EngineError(io)
    void add(const std::string& name, std::span<const std::byte> bytes);
    void add(const std::string& name, std::string_view text) { add(name, std::as_bytes(std::span(text))); }
    /// The central directory. Nothing can be added afterwards.
    void finish();

private:
    struct Entry {
        std::string name;
        std::uint64_t start = 0, size = 0;
        std::uint32_t checksum = 0;
    };

    std::string directory() const;

    DurableFile& file_;
    std::vector<Entry> entries_;
};

} // namespace dinoscope
