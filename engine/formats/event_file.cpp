// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/event_file.h"

#include "engine/formats/byte_reader.h"
#include "engine/formats/format_error.h"
#include "engine/formats/little_endian.h"
#include "engine/formats/proto_wire.h"
#include "engine/formats/zip_archive.h"

#include <array>
#include <cstring>

namespace dinoscope {
namespace {

// Numbers of the fields in event.proto and summary.proto.
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
constexpr int kStatus = 1;
constexpr std::uint64_t kStart = 1;
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2;
constexpr std::uint32_t kCastagnoli = 0x82f63b78; // reflected
constexpr std::size_t kHeadBytes = 12, kTailBytes = 4;

constexpr std::array<std::uint32_t, 256> makeTable() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = value >> 1 ^ ((value & 1) != 0 ? kCastagnoli : 0);
        table[i] = value;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> kTable = makeTable();

std::string record(const std::string& message) {
    const std::string length = rawBytes(static_cast<std::uint64_t>(message.size()));
    return length + rawBytes(maskedChecksum(length)) + message + rawBytes(maskedChecksum(message));
}

template <class T> T number(std::string_view bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

/// Appends the scalars of one message.
void readEvent(ProtoReader event, std::vector<EventScalar>& scalars) {
    EventScalar common;
    const std::size_t first = scalars.size();
    while (event.next()) {
        if (event.field() == kWallTime)
            common.wallTime = event.real64();
        if (event.field() == kStep)
            common.step = static_cast<std::int64_t>(event.number());
        if (event.field() != kSummary)
            continue;
        for (ProtoReader summary = event.message(); summary.next();) {
            EventScalar scalar;
            bool simple = false;
            for (ProtoReader value = summary.message(); value.next();) {
                if (value.field() == kTag)
                    scalar.tag = value.text();
                if (value.field() == kSimpleValue) {
                    scalar.value = value.real32();
                    simple = true;
                }
            }
            if (simple)
                scalars.push_back(std::move(scalar));
        }
    }
    for (std::size_t i = first; i < scalars.size(); ++i) {
        scalars[i].wallTime = common.wallTime;
        scalars[i].step = common.step;
    }
}

} // namespace

std::uint32_t maskedChecksum(std::string_view bytes) {
    std::uint32_t sum = 0xFFFFFFFF;
    for (const char byte : bytes)
        sum = kTable[(sum ^ static_cast<unsigned char>(byte)) & 0xFF] ^ sum >> 8;
    sum = ~sum;
    return (sum >> 15 | sum << 17) + 0xa282ead8;
}

std::string eventFileHeader(double wallTime) {
    ProtoMessage event;
    event.real(kWallTime, wallTime);
    event.text(kFileVersion, "brain.Event:2");
    return record(event.string());
}

std::string eventRestart(double wallTime, std::int64_t step) {
    ProtoMessage log, event;
    log.number(kStatus, kStart);
    event.real(kWallTime, wallTime);
    event.number(kStep, static_cast<std::uint64_t>(step));
    event.message(kSessionLog, std::move(log));
    return record(event.string());
}

std::string eventRecord(const EventScalar& scalar) {
    ProtoMessage value, summary, event;
    value.text(kTag, scalar.tag);
    value.real(kSimpleValue, scalar.value);
    summary.message(kValue, std::move(value));
    event.real(kWallTime, scalar.wallTime);
    event.number(kStep, static_cast<std::uint64_t>(scalar.step));
    event.message(kSummary, std::move(summary));
    return record(event.string());
}

std::vector<EventScalar> readEvents(const std::string& path) {
    const FileReader reader(path);
    const ByteBuffer bytes = ByteBuffer::make(static_cast<std::size_t>(reader.size()));
    reader.read(0, bytes.span());
    std::string_view rest(reinterpret_cast<const char*>(bytes.data.get()), bytes.size);
    std::vector<EventScalar> scalars;
    while (!rest.empty()) {
        if (rest.size() < kHeadBytes || number<std::uint32_t>(rest.substr(8)) != maskedChecksum(rest.substr(0, 8)))
            throwBadFile(path, "is damaged: a record of it has no whole head");
        const auto length = number<std::uint64_t>(rest);
        rest.remove_prefix(kHeadBytes);
        if (rest.size() < kTailBytes || length > rest.size() - kTailBytes)
            throwBadFile(path, "is cut off in the middle of a record");
        const std::string_view message = rest.substr(0, static_cast<std::size_t>(length));
        rest.remove_prefix(message.size());
        if (number<std::uint32_t>(rest) != maskedChecksum(message))
            throwBadFile(path, "is damaged: a record of it does not agree with its checksum");
        rest.remove_prefix(kTailBytes);
        readEvent({std::as_bytes(std::span(message)), path}, scalars);
    }
    return scalars;
}

} // namespace dinoscope
