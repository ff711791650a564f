// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/formats/zip_writer.h"

#include <zlib.h>

namespace dinoscope::testing {
namespace {

using pickle::raw;

std::uint32_t checksumOf(const std::string& bytes) {
    return static_cast<std::uint32_t>(
        crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string localHeader(const ZipPart& part) {
    const std::string& name = part.localName.empty() ? part.name : part.localName;
    std::string bytes = "PK\3\4";
    bytes += raw(std::uint16_t{0}) + raw(part.flags) + raw(part.method) + std::string(4, '\0');
    bytes += std::string(12, '\0'); // sizes and checksum stand behind the bytes and in the directory
    bytes += raw(static_cast<std::uint16_t>(name.size())) + raw(part.localExtra) + name;
    return bytes + std::string(part.localExtra, 'Z') + part.bytes;
}

std::string directoryEntry(const ZipPart& part, std::uint64_t start) {
    const auto size = static_cast<std::uint64_t>(part.bytes.size());
    std::string extra;
    if (part.largeSizes)
        extra = raw(std::uint16_t{1}) + raw(std::uint16_t{24}) + raw(size) + raw(size) + raw(start);
    const auto told = [&](std::uint64_t value) {
        return raw(part.largeSizes ? std::uint32_t{0xFFFFFFFF} : static_cast<std::uint32_t>(value));
    };
    std::string bytes("PK\1\2\0\0\0\0", 8);
    bytes += raw(part.flags) + raw(part.method) + std::string(4, '\0');
    bytes += raw(part.checksum ? checksumOf(part.bytes) : 0u) + told(size) + told(size);
    bytes += raw(static_cast<std::uint16_t>(part.name.size())) + raw(static_cast<std::uint16_t>(extra.size()));
    return bytes + std::string(10, '\0') + told(start) + part.name + extra;
}

} // namespace

std::string zipArchive(const std::vector<ZipPart>& parts, const ZipForm& form) {
    std::string bytes, directory;
    for (const ZipPart& part : parts) {
        directory += directoryEntry(part, bytes.size());
        bytes += localHeader(part);
    }
    const auto start = static_cast<std::uint64_t>(bytes.size());
    const auto count = static_cast<std::uint64_t>(parts.size());
    const auto size = static_cast<std::uint64_t>(directory.size());
    bytes += directory;
    if (form.largeEnd) {
        const auto place = static_cast<std::uint64_t>(bytes.size());
        bytes += "PK\6\6" + raw(std::uint64_t{44}) + raw(std::uint32_t{45}) + std::string(8, '\0');
        bytes += raw(count) + raw(count) + raw(size) + raw(start);
        bytes += "PK\6\7" + raw(std::uint32_t{0}) + raw(place) + raw(std::uint32_t{1});
    }
    const auto told16 = [&](std::uint64_t value) {
        return raw(form.elsewhere ? std::uint16_t{0xFFFF} : static_cast<std::uint16_t>(value));
    };
    const auto told32 = [&](std::uint64_t value) {
        return raw(form.elsewhere ? std::uint32_t{0xFFFFFFFF} : static_cast<std::uint32_t>(value));
    };
    bytes += "PK\5\6" + raw(std::uint32_t{0}) + told16(count) + told16(count) + told32(size) + told32(start);
    return bytes + raw(static_cast<std::uint16_t>(form.comment.size())) + form.comment;
}

std::vector<ZipPart> pthParts(const std::string& pickle,
                              const std::vector<std::pair<std::string, std::string>>& storages) {
    std::vector<ZipPart> parts(3);
    parts[0].name = "archive/data.pkl";
    parts[0].bytes = pickle;
    parts[1].name = "archive/byteorder";
    parts[1].bytes = "little";
    parts[2].name = "archive/version";
    parts[2].bytes = "3\n";
    for (const auto& [key, bytes] : storages) {
        ZipPart& added = parts.emplace_back();
        added.name = "archive/data/" + key;
        added.bytes = bytes;
    }
    return parts;
}

} // namespace dinoscope::testing
