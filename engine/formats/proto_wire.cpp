// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/proto_wire.h"

#include "engine/formats/format_error.h"
#include "engine/formats/little_endian.h"

#include <cstring>
#include <utility>

namespace dinoscope {
namespace {

// Kinds of fields.
constexpr int kVarint = 0, kFixed64 = 1, kLengthPrefixed = 2, kFixed32 = 5;

} // namespace

std::string& ProtoMessage::tail() {
    if (pieces_.empty() || !pieces_.back().view.empty())
        pieces_.emplace_back();
    return pieces_.back().own;
}

void ProtoMessage::append(std::string_view bytes) {
    tail().append(bytes);
    size_ += bytes.size();
}

void ProtoMessage::varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7)
        bytes += static_cast<char>((value & 0x7F) | 0x80);
    append(bytes += static_cast<char>(value));
}

void ProtoMessage::tag(int field, int kind) {
    varint(static_cast<std::uint64_t>(field) << 3 | static_cast<unsigned>(kind));
}

void ProtoMessage::number(int field, std::uint64_t value) {
    tag(field, kVarint);
    varint(value);
}

void ProtoMessage::real(int field, float value) {
    tag(field, kFixed32);
    append(rawBytes(value));
}

void ProtoMessage::real(int field, double value) {
    tag(field, kFixed64);
    append(rawBytes(value));
}

void ProtoMessage::text(int field, std::string_view value) {
    tag(field, kLengthPrefixed);
    varint(value.size());
    append(value);
}

void ProtoMessage::bytes(int field, std::span<const std::byte> view) {
    tag(field, kLengthPrefixed);
    varint(view.size());
    tail();
    pieces_.back().view = view;
    size_ += view.size();
}

void ProtoMessage::message(int field, ProtoMessage part) {
    tag(field, kLengthPrefixed);
    varint(part.size_);
    for (Piece& piece : part.pieces_) {
        tail() += piece.own;
        pieces_.back().view = piece.view;
    }
    size_ += part.size_;
}

void ProtoMessage::write(DurableFile& file) const {
    for (const Piece& piece : pieces_) {
        file.write(piece.own);
        file.write(piece.view);
    }
}

std::string ProtoMessage::string() const {
    std::string text;
    for (const Piece& piece : pieces_) {
        text += piece.own;
        text.append(reinterpret_cast<const char*>(piece.view.data()), piece.view.size());
    }
    return text;
}

void ProtoReader::fail(const char* what) const { throwBadFile(*path_, std::string("is damaged: ") + what); }

std::uint64_t ProtoReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<std::uint64_t>(take(1).front());
        value |= (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0)
            return value;
    }
    fail("a number in it has no end");
}

std::span<const std::byte> ProtoReader::take(std::uint64_t count) {
    if (count > bytes_.size())
        fail("it ends in the middle of a field");
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return taken;
}

bool ProtoReader::next() {
    if (bytes_.empty())
        return false;
    const std::uint64_t tag = varint();
    kind_ = static_cast<int>(tag & 7);
    if (tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF)
        fail("it holds a field without a number");
    field_ = static_cast<int>(tag >> 3);
    switch (kind_) {
    case kVarint: number_ = varint(); break;
    case kFixed64: content_ = take(8); break;
    case kLengthPrefixed: content_ = take(varint()); break;
    case kFixed32: content_ = take(4); break;
    default: fail("it holds a field of an unknown kind");
    }
    return true;
}

void ProtoReader::expect(int kind) const {
    if (kind_ != kind)
        fail("one of its fields is of another kind than it should be");
}

std::uint64_t ProtoReader::number() const {
    expect(kVarint);
    return number_;
}

float ProtoReader::real32() const {
    expect(kFixed32);
    float value = 0;
    std::memcpy(&value, content_.data(), sizeof value);
    return value;
}

double ProtoReader::real64() const {
    expect(kFixed64);
    double value = 0;
    std::memcpy(&value, content_.data(), sizeof value);
    return value;
}

std::span<const std::byte> ProtoReader::bytes() const {
    expect(kLengthPrefixed);
    return content_;
}

std::string ProtoReader::text() const {
    const auto content = bytes();
    return {reinterpret_cast<const char*>(content.data()), content.size()};
}

} // namespace dinoscope
