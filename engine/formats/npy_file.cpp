// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/formats/npy_file.h"

#include "engine/formats/byte_reader.h"
#include "engine/formats/format_error.h"
#include "engine/formats/little_endian.h"
#include "engine/formats/output_file.h"
#include "engine/formats/zip_archive.h"
#include "engine/support/check.h"

#include <array>
#include <charconv>
#include <utility>

namespace dinoscope {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY\x01\x00", 8};
constexpr std::size_t kHeadBytes = kMagic.size() + 2, kAlignment = 64;
constexpr std::array<std::pair<ElementType, std::string_view>, 4> kWords{
    {{ElementType::f32, "<f4"}, {ElementType::f64, "<f8"}, {ElementType::i64, "<i8"}, {ElementType::i32, "<i4"}}};

std::string headerOf(const TensorView& array) {
    std::string_view word;
    for (const auto& [type, name] : kWords)
        if (type == array.type)
            word = name;
    if (word.empty())
        throw EngineError(ErrorCode::internal, "formats", "An array of this element type is not written as .npy");
    std::string text = "{'descr': '" + std::string(word) + "', 'fortran_order': False, 'shape': (";
    for (const std::int64_t extent : array.shape)
        text += std::to_string(extent) + ", ";
    text += "), }";
    text.append((kAlignment - (kHeadBytes + text.size() + 1) % kAlignment) % kAlignment, ' ');
    return text + '\n';
}

/// The text between two pieces of the header. @throws EngineError(badInput)
std::string_view between(std::string_view text, std::string_view before, std::string_view after,
                         const std::string& path) {
    const std::size_t start = text.find(before);
    const std::size_t end = start == text.npos ? text.npos : text.find(after, start + before.size());
    if (end == text.npos)
        throwBadFile(path, "is damaged: its header does not describe an array");
    return text.substr(start + before.size(), end - start - before.size());
}

} // namespace

void writeNpy(const std::string& path, const TensorView& array) {
    checkEqual(array.bytes.size(), static_cast<std::size_t>(array.elements()) * elementSize(array.type), "formats",
               "Bytes of the array");
    const std::string header = headerOf(array);
    writeWholeFile(path, [&](DurableFile& file) {
        file.write(std::string(kMagic) + rawBytes(static_cast<std::uint16_t>(header.size())) + header);
        file.write(array.bytes);
    });
}

NpyArray readNpy(const std::string& path) {
    const FileReader reader(path);
    auto bytes = std::make_shared<ByteBuffer>(ByteBuffer::make(static_cast<std::size_t>(reader.size())));
    reader.read(0, bytes->span());
    const std::string_view text(reinterpret_cast<const char*>(bytes->data.get()), bytes->size);
    if (!text.starts_with(kMagic) || text.size() < kHeadBytes)
        throwBadFile(path, "is no NumPy array of format 1.0");
    const std::size_t headerBytes = static_cast<unsigned char>(text[8]) + 256u * static_cast<unsigned char>(text[9]);
    const std::string_view header = text.substr(kHeadBytes, headerBytes);
    NpyArray out;
    const std::string_view word = between(header, "'descr': '", "'", path);
    bool known = false;
    for (const auto& [type, name] : kWords)
        if (name == word) {
            out.view.type = type;
            known = true;
        }
    if (!known || header.find("'fortran_order': False") == header.npos)
        throwBadFile(path, "is an array of another type or order than this program reads");
    std::uint64_t size = elementSize(out.view.type);
    std::string_view extents = between(header, "'shape': (", ")", path);
    while (!extents.empty() && extents.front() != ')') {
        std::int64_t extent = 0;
        const auto [end, error] = std::from_chars(extents.data(), extents.data() + extents.size(), extent);
        if (error != std::errc{} || extent < 0 ||
            __builtin_mul_overflow(size, static_cast<std::uint64_t>(extent), &size))
            throwBadFile(path, "is damaged: its shape cannot be");
        out.view.shape.push_back(extent);
        extents.remove_prefix(static_cast<std::size_t>(end - extents.data()));
        extents.remove_prefix(std::min(extents.find_first_not_of(", "), extents.size()));
    }
    const std::size_t start = std::min(kHeadBytes + headerBytes, text.size());
    if (text.size() - start != size)
        throwBadFile(path, "is damaged: it has " + std::to_string(text.size() - start) + " bytes of data instead of " +
                               std::to_string(size));
    out.view.bytes = std::span<const std::byte>(bytes->span()).subspan(start);
    out.owner = std::move(bytes);
    return out;
}

} // namespace dinoscope
