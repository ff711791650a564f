// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/zip_archive.h"

#include "engine/formats/zip_checksum.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace dinoscope {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kEntry = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kLargeEnd = 0x06064b50;
constexpr std::uint32_t kLargeEndLocator = 0x07064b50;
constexpr std::size_t kLocalHeaderBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLargeEndBytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::uint32_t kElsewhere32 = 0xFFFFFFFF; // the value stands in a ZIP64 structure
constexpr std::uint16_t kElsewhere16 = 0xFFFF;

/// A little-endian number at a place that the caller has checked.
template <class T> T number(std::span<const std::byte> bytes, std::size_t place) {
    T value{};
    std::memcpy(&value, bytes.subspan(place, sizeof value).data(), sizeof value);
    return value;
}

} // namespace

/// What the end of an archive says of its central directory.
struct ZipArchive::End {
    std::uint64_t place = 0; ///< where the structures behind the directory begin
    std::uint64_t records = 0;
    std::uint64_t directoryBytes = 0;
    std::uint64_t directoryStart = 0;
};

ByteBuffer ByteBuffer::make(std::size_t size) {
    ByteBuffer buffer;
    buffer.data = std::make_unique_for_overwrite<std::byte[]>(size);
    buffer.size = size;
    return buffer;
}

ZipArchive::ZipArchive(const ByteReader& reader, const std::string& path, MemoryBudget& budget)
    : reader_(reader), path_(path) {
    readDirectory(findEnd(), budget);
}

std::string_view ZipArchive::name(const ZipRecord& record) const {
    const auto bytes = directory_.span().subspan(record.nameStart, record.nameLength);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const ZipRecord* ZipArchive::find(std::string_view wanted) const {
    const auto found =
        std::lower_bound(byName_.begin(), byName_.end(), wanted,
                         [&](std::uint32_t i, std::string_view text) { return name(records_[i]) < text; });
    return found != byName_.end() && name(records_[*found]) == wanted ? &records_[*found] : nullptr;
}

ByteBuffer ZipArchive::read(const ZipRecord& record) const {
    if (record.flags & 1)
        throwBadFile(path_, "is encrypted", "Open a file that torch.save has written.");
    if (record.method != 0)
        throwBadFile(path_,
                     "holds the compressed record " + shownName(name(record)) + ", which torch.save never writes",
                     "Unpack the archive, pack it again without compression and open that file.");
    if (record.packedSize != record.size)
        fail("has two sizes for record " + shownName(name(record)));
    const std::uint64_t start = dataStart(record);
    if (record.size > record.limit - start)
        fail("has records that overlap: " + shownName(name(record)) + " is longer than the room for it");
    ByteBuffer bytes = ByteBuffer::make(record.size);
    reader_.read(start, bytes.span());
    if (record.checksum != 0 && zipChecksum(bytes.span()) != record.checksum)
        throwBadFile(path_, "is damaged: the bytes of record " + shownName(name(record)) +
                                " do not have the checksum that is recorded for them");
    return bytes;
}

/// The end of the archive stands before a comment, which is empty in PyTorch's files and may have 65,535 bytes.
ZipArchive::End ZipArchive::findEnd() const {
    const std::uint64_t size = reader_.size();
    const std::size_t tailBytes = static_cast<std::size_t>(std::min<std::uint64_t>(size, kEndBytes + kElsewhere16));
    std::vector<std::byte> tail(tailBytes);
    reader_.read(size - tailBytes, tail);
    for (std::size_t place = tailBytes - std::min(tailBytes, kEndBytes) + 1; place-- > 0;) {
        if (tailBytes < kEndBytes || number<std::uint32_t>(tail, place) != kEnd ||
            number<std::uint16_t>(tail, place + 20) != tailBytes - place - kEndBytes)
            continue;
        End end;
        end.place = size - tailBytes + place;
        end.records = number<std::uint16_t>(tail, place + 10);
        end.directoryBytes = number<std::uint32_t>(tail, place + 12);
        end.directoryStart = number<std::uint32_t>(tail, place + 16);
        if (number<std::uint32_t>(tail, place + 4) != 0 && number<std::uint32_t>(tail, place + 4) != kElsewhere32)
            fail("is a part of an archive in several files");
        readLargeEnd(end);
        return end;
    }
    throwBadFile(path_, "is cut off: its central directory is missing");
}

/// PyTorch always writes the ZIP64 structures too. What stands in both places has to be the same.
void ZipArchive::readLargeEnd(End& end) const {
    const bool large =
        end.records == kElsewhere16 || end.directoryBytes == kElsewhere32 || end.directoryStart == kElsewhere32;
    std::array<std::byte, kLocatorBytes> locator{};
    if (end.place >= kLocatorBytes)
        reader_.read(end.place - kLocatorBytes, locator);
    if (!large && number<std::uint32_t>(locator, 0) != kLargeEndLocator)
        return;
    std::array<std::byte, kLargeEndBytes> record{};
    const std::uint64_t place = number<std::uint64_t>(locator, 8);
    const bool room =
        end.place >= kLocatorBytes + kLargeEndBytes && place <= end.place - kLocatorBytes - kLargeEndBytes;
    if (number<std::uint32_t>(locator, 0) != kLargeEndLocator || !room)
        fail("does not say where its central directory ends");
    reader_.read(place, record);
    const End told{place, number<std::uint64_t>(record, 32), number<std::uint64_t>(record, 40),
                   number<std::uint64_t>(record, 48)};
    const bool agrees = (end.records == kElsewhere16 || end.records == told.records) &&
                        (end.directoryBytes == kElsewhere32 || end.directoryBytes == told.directoryBytes) &&
                        (end.directoryStart == kElsewhere32 || end.directoryStart == told.directoryStart);
    if (number<std::uint32_t>(record, 0) != kLargeEnd || !agrees)
        fail("does not say where its central directory ends");
    end = told;
}

void ZipArchive::readDirectory(const End& end, MemoryBudget& budget) {
    if (end.directoryBytes > end.place || end.directoryStart != end.place - end.directoryBytes)
        fail("does not say where its central directory begins");
    if (end.records > kMaxRecords || end.records > end.directoryBytes / kEntryBytes)
        fail("should have " + std::to_string(end.records) + " records in a central directory of " +
             std::to_string(end.directoryBytes) + " bytes");
    if (end.directoryBytes > kElsewhere32)
        fail("has a central directory of " + std::to_string(end.directoryBytes) + " bytes");
    directory_ = ByteBuffer::make(end.directoryBytes);
    reader_.read(end.directoryStart, directory_.span());
    budget.charge(end.records * (sizeof(ZipRecord) + 2 * sizeof(std::uint32_t)));
    records_.resize(end.records);
    std::size_t place = 0;
    for (ZipRecord& record : records_)
        place = readEntry(place, record);
    if (place != directory_.size)
        fail("has more in its central directory than its records");
    setLimits(end.directoryStart);
    indexNames();
}

/// @return the place of the next entry
std::size_t ZipArchive::readEntry(std::size_t place, ZipRecord& record) const {
    const std::span<const std::byte> bytes = directory_.span();
    if (bytes.size() - place < kEntryBytes || number<std::uint32_t>(bytes, place) != kEntry)
        fail("has an entry in its central directory that is none");
    record.flags = number<std::uint16_t>(bytes, place + 8);
    record.method = number<std::uint16_t>(bytes, place + 10);
    record.checksum = number<std::uint32_t>(bytes, place + 16);
    record.packedSize = number<std::uint32_t>(bytes, place + 20);
    record.size = number<std::uint32_t>(bytes, place + 24);
    record.start = number<std::uint32_t>(bytes, place + 42);
    record.nameStart = static_cast<std::uint32_t>(place + kEntryBytes);
    record.nameLength = number<std::uint16_t>(bytes, place + 28);
    const std::size_t extraBytes = number<std::uint16_t>(bytes, place + 30);
    const std::size_t commentBytes = number<std::uint16_t>(bytes, place + 32);
    if (record.nameLength + extraBytes + commentBytes > bytes.size() - place - kEntryBytes)
        fail("has an entry in its central directory that is longer than the directory");
    readLargeSizes(bytes.subspan(record.nameStart + record.nameLength, extraBytes), record);
    return record.nameStart + record.nameLength + extraBytes + commentBytes;
}

/// The ZIP64 field of an entry holds those of size, packed size and start, in this order, that had no room in the
/// entry.
void ZipArchive::readLargeSizes(std::span<const std::byte> extra, ZipRecord& record) const {
    constexpr std::uint16_t kLargeField = 1;
    constexpr std::size_t kFieldHeader = 4;
    std::span<const std::byte> field;
    while (extra.size() >= kFieldHeader) {
        const std::size_t length = number<std::uint16_t>(extra, 2);
        if (length > extra.size() - kFieldHeader)
            break;
        if (number<std::uint16_t>(extra, 0) == kLargeField)
            field = extra.subspan(kFieldHeader, length);
        extra = extra.subspan(kFieldHeader + length);
    }
    for (std::uint64_t* value : {&record.size, &record.packedSize, &record.start}) {
        if (*value != kElsewhere32)
            continue;
        if (field.size() < sizeof *value)
            fail("lacks the size of record " + shownName(name(record)));
        *value = number<std::uint64_t>(field, 0);
        field = field.subspan(sizeof *value);
    }
}

void ZipArchive::setLimits(std::uint64_t directoryStart) {
    std::sort(records_.begin(), records_.end(),
              [](const ZipRecord& a, const ZipRecord& b) { return a.start < b.start; });
    for (std::size_t i = 0; i < records_.size(); ++i)
        records_[i].limit = i + 1 < records_.size() ? records_[i + 1].start : directoryStart;
    if (!records_.empty() && records_.back().start > directoryStart)
        fail("has a record behind its central directory");
}

void ZipArchive::indexNames() {
    byName_.resize(records_.size());
    for (std::uint32_t i = 0; i < byName_.size(); ++i)
        byName_[i] = i;
    std::sort(byName_.begin(), byName_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return name(records_[a]) < name(records_[b]); });
    const auto twice = std::adjacent_find(byName_.begin(), byName_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return name(records_[a]) == name(records_[b]);
    });
    if (twice != byName_.end())
        fail("has two records of the name " + shownName(name(records_[*twice])));
}

/// Behind the local header, whose length its own fields tell. It has to name the record that the directory names.
std::uint64_t ZipArchive::dataStart(const ZipRecord& record) const {
    const std::string_view expected = name(record);
    std::vector<std::byte> header(kLocalHeaderBytes + expected.size());
    if (record.limit - record.start < header.size())
        fail("has records that overlap: there is no room for " + shownName(expected));
    reader_.read(record.start, header);
    const bool agrees = number<std::uint32_t>(header, 0) == kLocalHeader &&
                        number<std::uint16_t>(header, 8) == record.method &&
                        number<std::uint16_t>(header, 26) == expected.size() &&
                        std::memcmp(header.data() + kLocalHeaderBytes, expected.data(), expected.size()) == 0;
    if (!agrees)
        fail("says one thing of record " + shownName(expected) +
             " in its central directory and another before its bytes");
    const std::uint64_t start = record.start + header.size() + number<std::uint16_t>(header, 28);
    if (start > record.limit)
        fail("has records that overlap: there is no room for " + shownName(expected));
    return start;
}

void ZipArchive::fail(const std::string& what) const {
    std::string text("is damaged: it ");
    text += what;
    throwBadFile(path_, text);
}

} // namespace dinoscope
