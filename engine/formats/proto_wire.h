// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/support/durable_file.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

// Messages in the wire format of Protocol Buffers (protobuf.dev, "Encoding"), as ONNX files and TensorBoard's events
// have them. Own code, since LibTorch carries symbols of another version of Google's library than Debian's, and both
// cannot be in one process.

/// A message that is put together field by field. Views that were added must stay valid until it is written.
class ProtoMessage {
public:
    void number(int field, std::uint64_t value);
    void real(int field, float value);
    void real(int field, double value);
    void text(int field, std::string_view value);
    void bytes(int field, std::span<const std::byte> view); ///< not copied
    void message(int field, ProtoMessage part);

    std::uint64_t size() const { return size_; }
    /// @throws EngineError(io)
    void write(DurableFile& file) const;
    std::string string() const;

private:
    struct Piece {
        std::string own;
        std::span<const std::byte> view; ///< behind `own`
    };
    void tag(int field, int kind);
    void varint(std::uint64_t value);
    std::string& tail();
    void append(std::string_view bytes);

    std::vector<Piece> pieces_;
    std::uint64_t size_ = 0;
};

/// Reads the fields of a message one after the other. Nothing is believed: every length is compared with what is there.
class ProtoReader {
public:
    /// `path` is for sentences.
    ProtoReader(std::span<const std::byte> bytes, const std::string& path) : bytes_(bytes), path_(&path) {}

    /// Moves to the next field; false at the end. @throws EngineError(badInput) for a broken message.
    bool next();
    int field() const { return field_; }
    /// Of a number. @throws EngineError(badInput) if the field is of another kind; so below.
    std::uint64_t number() const;
    float real32() const;
    double real64() const;
    /// Of a text, bytes or a message.
    std::span<const std::byte> bytes() const;
    std::string text() const;
    ProtoReader message() const { return {bytes(), *path_}; }

private:
    [[noreturn]] void fail(const char* what) const;
    std::uint64_t varint();
    std::span<const std::byte> take(std::uint64_t count);
    void expect(int kind) const;

    std::span<const std::byte> bytes_;
    const std::string* path_;
    int field_ = 0, kind_ = 0;
    std::uint64_t number_ = 0;
    std::span<const std::byte> content_;
};

} // namespace dinoscope
