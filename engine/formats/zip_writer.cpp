// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/zip_writer.h"

#include "engine/formats/little_endian.h"
#include "engine/formats/zip_checksum.h"

namespace dinoscope {
namespace {

constexpr std::uint32_t kElsewhere32 = 0xFFFFFFFF; // the value stands in a ZIP64 structure
constexpr std::uint16_t kElsewhere16 = 0xFFFF;
constexpr std::uint16_t kVersion = 45;        // the first with ZIP64
constexpr std::uint16_t kNamesInUtf8 = 0x800; // flag
constexpr std::uint16_t kLargeField = 1, kPaddingField = 0x4246;
constexpr std::size_t kLocalHeaderBytes = 30, kFieldHeaderBytes = 4, kLargeSizesBytes = 16;

bool isLarge(std::uint64_t value) { return value >= kElsewhere32; }

std::string told32(std::uint64_t value) {
    return rawBytes(isLarge(value) ? kElsewhere32 : static_cast<std::uint32_t>(value));
}

std::string told16(std::uint64_t value) {
    return rawBytes(value >= kElsewhere16 ? kElsewhere16 : static_cast<std::uint16_t>(value));
}

std::string field(std::uint16_t id, const std::string& content) {
    return rawBytes(id) + rawBytes(static_cast<std::uint16_t>(content.size())) + content;
}

/// What both headers of a record begin with after their signature: flags, method, no time, checksum, sizes.
std::string commonPart(std::uint32_t checksum, std::uint64_t size) {
    return rawBytes(kNamesInUtf8) + rawBytes(std::uint16_t{0}) + std::string(4, '\0') + rawBytes(checksum) +
           told32(size) + told32(size);
}

} // namespace

void ZipWriter::add(const std::string& name, std::span<const std::byte> bytes) {
    Entry& entry = entries_.emplace_back();
    entry = {name, file_.size(), bytes.size(), zipChecksum(bytes)};
    std::string extra;
    if (isLarge(entry.size))
        extra = field(kLargeField, rawBytes(entry.size) + rawBytes(entry.size));
    const std::uint64_t unpadded = entry.start + kLocalHeaderBytes + name.size() + extra.size() + kFieldHeaderBytes;
    extra += field(kPaddingField, std::string((kAlignment - unpadded % kAlignment) % kAlignment, 'Z'));
    std::string header = std::string("PK\3\4") + rawBytes(kVersion) + commonPart(entry.checksum, entry.size);
    header += rawBytes(static_cast<std::uint16_t>(name.size())) + rawBytes(static_cast<std::uint16_t>(extra.size()));
    file_.write(header + name + extra);
    file_.write(bytes);
}

std::string ZipWriter::directory() const {
    std::string bytes;
    for (const Entry& entry : entries_) {
        std::string large; // only the numbers that do not fit, in this order
        if (isLarge(entry.size))
            large += rawBytes(entry.size) + rawBytes(entry.size);
        if (isLarge(entry.start))
            large += rawBytes(entry.start);
        const std::string extra = large.empty() ? large : field(kLargeField, large);
        bytes += std::string("PK\1\2") + rawBytes(kVersion) + rawBytes(kVersion);
        bytes += commonPart(entry.checksum, entry.size);
        bytes += rawBytes(static_cast<std::uint16_t>(entry.name.size()));
        bytes += rawBytes(static_cast<std::uint16_t>(extra.size()));
        bytes += std::string(10, '\0') + told32(entry.start) + entry.name + extra;
    }
    return bytes;
}

void ZipWriter::finish() {
    const std::uint64_t start = file_.size(), count = entries_.size();
    const std::string bytes = directory();
    const std::uint64_t place = start + bytes.size(), size = bytes.size();
    std::string end = std::string("PK\6\6") + rawBytes(std::uint64_t{44}) + rawBytes(kVersion) + rawBytes(kVersion);
    end += std::string(8, '\0') + rawBytes(count) + rawBytes(count) + rawBytes(size) + rawBytes(start);
    end += std::string("PK\6\7") + rawBytes(std::uint32_t{0}) + rawBytes(place) + rawBytes(std::uint32_t{1});
    end += std::string("PK\5\6") + rawBytes(std::uint32_t{0}) + told16(count) + told16(count);
    end += told32(size) + told32(start) + rawBytes(std::uint16_t{0});
    file_.write(bytes + end);
}

} // namespace dinoscope
