// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_structure.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dinoscope {
namespace {

using Bytes = std::span<const std::uint8_t>;
using namespace std::string_view_literals;

std::uint64_t number(Bytes file, std::size_t at, std::size_t size, bool littleEndian) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + size <= file.size(); ++i)
        value = value << 8 | file[at + (littleEndian ? size - 1 - i : i)];
    return value;
}

/// What a walk over the markers of a JPEG file meets.
struct JpegMarkers {
    bool ended = false;     ///< EOI was there
    std::uint8_t frame = 0; ///< the second byte of the first SOF marker
    std::uint64_t bits = 0; ///< a sample
    std::uint64_t components = 0;
};

bool isFrame(std::uint8_t marker) {
    constexpr std::uint8_t kHuffman = 0xc4, kExtension = 0xc8, kArithmetic = 0xcc;
    return marker >= 0xc0 && marker <= 0xcf && marker != kHuffman && marker != kExtension && marker != kArithmetic;
}

/// Segments are skipped by their lengths, coded data byte by byte.
JpegMarkers walkJpeg(Bytes file) {
    JpegMarkers found;
    for (std::size_t at = 2; at + 1 < file.size();) {
        const std::uint8_t marker = file[at + 1];
        const bool alone =
            marker == 0 || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8); // stuffing, TEM, RST, SOI
        if (file[at] != 0xff || marker == 0xff) {
            ++at;
        } else if (alone) {
            at += 2;
        } else if (marker == 0xd9) {
            found.ended = true;
            break;
        } else {
            if (isFrame(marker) && found.frame == 0 && at + 10 <= file.size()) {
                found.frame = marker;
                found.bits = file[at + 4];
                found.components = file[at + 9];
            }
            at += 2 + std::max<std::size_t>(number(file, at + 2, 2, false), 2);
        }
    }
    return found;
}

bool pngEndsTooEarly(Bytes file) {
    for (std::size_t at = 8; at + 12 <= file.size();) {
        const std::size_t next = at + 12 + number(file, at, 4, false);
        if (next > file.size())
            return true;
        if (number(file, at + 4, 4, false) == 0x49454e44) // IEND
            return false;
        at = next;
    }
    return true;
}

bool webpEndsTooEarly(Bytes file) { return file.size() < 8 + number(file, 4, 4, true); }

bool bmpEndsTooEarly(Bytes file) { return file.size() < 26 || file.size() < 14 + number(file, 14, 4, true); }

/// Whether the directory, or a value that it points to, lies behind the end.
bool tiffEndsTooEarly(Bytes file) {
    static constexpr std::array<std::uint8_t, 13> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}; // by type (TIFF 6.0)
    const bool littleEndian = !file.empty() && file[0] == 'I';
    const auto read = [&](std::size_t at, std::size_t size) { return number(file, at, size, littleEndian); };
    const std::size_t directory = read(4, 4);
    if (file.size() < 8 || directory + 2 > file.size() || directory + 2 + 12 * read(directory, 2) > file.size())
        return true;
    for (std::size_t i = 0; i < read(directory, 2); ++i) {
        const std::size_t entry = directory + 2 + 12 * i, type = read(entry + 2, 2);
        const std::uint64_t bytes = type < sizes.size() ? sizes[type] * read(entry + 4, 4) : 0;
        if (bytes > 4 && read(entry + 8, 4) + bytes > file.size())
            return true;
    }
    return false;
}

bool isBeginningOfMagic(Bytes file) {
    static constexpr std::array<std::string_view, 6> magics{
        "\xff\xd8\xff"sv, "\x89PNG\r\n\x1a\n"sv, "RIFF"sv, "II*\0"sv, "MM\0*"sv, "BM"sv};
    const bool riff = file.size() >= 4 && file.size() < 15 && std::equal(file.begin(), file.begin() + 4, "RIFF");
    return riff || std::any_of(magics.begin(), magics.end(), [&](std::string_view magic) {
               return file.size() < magic.size() &&
                      std::equal(file.begin(), file.end(), magic.begin(),
                                 [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
           });
}

} // namespace

bool endsTooEarly(PictureFormat format, Bytes file) {
    switch (format) {
    case PictureFormat::jpeg: return !walkJpeg(file).ended;
    case PictureFormat::png: return pngEndsTooEarly(file);
    case PictureFormat::webp: return webpEndsTooEarly(file);
    case PictureFormat::bmp: return bmpEndsTooEarly(file);
    case PictureFormat::tiff: return tiffEndsTooEarly(file);
    case PictureFormat::unknown: break;
    }
    return isBeginningOfMagic(file);
}

std::string foreignKind(Bytes file) {
    struct Magic {
        std::size_t at;
        std::string_view bytes, kind;
    };
    static constexpr std::array<Magic, 8> magics{{{0, "GIF8"sv, "a GIF"},
                                                  {4, "ftyp"sv, "a HEIF or AVIF"},
                                                  {4, "jP  "sv, "a JPEG 2000"},
                                                  {0, "\xff\x0a"sv, "a JPEG XL"},
                                                  {4, "JXL "sv, "a JPEG XL"},
                                                  {0, "8BPS"sv, "a Photoshop"},
                                                  {0, "II+\0"sv, "a BigTIFF"},
                                                  {0, "MM\0+"sv, "a BigTIFF"}}};
    for (const Magic& magic : magics)
        if (file.size() >= magic.at + magic.bytes.size() &&
            std::equal(magic.bytes.begin(), magic.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(magic.at),
                       [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
            return std::string(magic.kind);
    return {};
}

std::string rareKind(PictureFormat format, Bytes file) {
    if (format != PictureFormat::jpeg)
        return {};
    const JpegMarkers found = walkJpeg(file);
    if (found.frame == 0)
        return {};
    if (found.bits != 8)
        return "it has " + std::to_string(found.bits) + " bits a sample";
    if (found.frame == 0xc3)
        return "it is coded without loss";
    if (found.frame >= 0xc5 && found.frame <= 0xc7)
        return "it is coded in differential frames";
    if (found.frame > 0xc7)
        return "it is coded arithmetically";
    if (found.components != 1 && found.components != 3 && found.components != 4)
        return "it has " + std::to_string(found.components) + " components";
    return {};
}

} // namespace dinoscope
