// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_header.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace dinoscope {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool has(Bytes file, std::size_t at, std::string_view text) {
    return file.size() >= at + text.size() &&
           std::equal(text.begin(), text.end(), file.begin() + at,
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// An unsigned number of `size` bytes; 0 where the file has ended.
std::uint32_t number(Bytes file, std::size_t at, std::size_t size, bool littleEndian) {
    if (at > file.size() || file.size() - at < size)
        return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | file[at + (littleEndian ? size - 1 - i : i)];
    return value;
}

std::uint32_t little(Bytes file, std::size_t at, std::size_t size) { return number(file, at, size, true); }
std::uint32_t big(Bytes file, std::size_t at, std::size_t size) { return number(file, at, size, false); }

PictureHeader bmpHeader(Bytes file) {
    if (little(file, 14, 4) == 12) // the first version of the format
        return {PictureFormat::bmp, little(file, 18, 2), little(file, 20, 2)};
    const auto width = static_cast<std::int32_t>(little(file, 18, 4));
    const auto height = static_cast<std::int32_t>(little(file, 22, 4)); // below 0: rows from the top
    return {PictureFormat::bmp, width, std::abs(std::int64_t{height})};
}

PictureHeader webpHeader(Bytes file) {
    if (has(file, 12, "VP8X"))
        return {PictureFormat::webp, std::int64_t{little(file, 24, 3)} + 1, std::int64_t{little(file, 27, 3)} + 1};
    if (has(file, 12, "VP8L")) {
        const std::uint32_t sizes = little(file, 21, 4);
        return {PictureFormat::webp, std::int64_t{sizes & 0x3fff} + 1, std::int64_t{sizes >> 14 & 0x3fff} + 1};
    }
    return {PictureFormat::webp, little(file, 26, 2) & 0x3fff, little(file, 28, 2) & 0x3fff};
}

int orientationIn(Bytes tiff) {
    const std::uint32_t value = tiffValue(tiff, 0x0112).value_or(1);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

/// The contents of the first chunk of a name; chunks begin at `at`. Empty if there is none. PNG puts the length before
/// the name, big-endian, and a checksum behind the contents; WebP the name first, and pads contents to an even length.
Bytes chunkOf(Bytes file, std::size_t at, std::string_view name, bool png) {
    while (at + 8 <= file.size()) {
        const std::size_t length = png ? big(file, at, 4) : little(file, at + 4, 4);
        if (has(file, at + (png ? 4 : 0), name))
            return file.subspan(at + 8, std::min(length, file.size() - at - 8));
        at += 8 + length + (png ? 4 : length % 2);
    }
    return {};
}

} // namespace

const char* formatName(PictureFormat format) {
    switch (format) {
    case PictureFormat::jpeg: return "JPEG";
    case PictureFormat::png: return "PNG";
    case PictureFormat::bmp: return "BMP";
    case PictureFormat::webp: return "WebP";
    case PictureFormat::tiff: return "TIFF";
    case PictureFormat::unknown: break;
    }
    return "unknown";
}

std::optional<std::uint32_t> tiffValue(Bytes tiff, std::uint16_t tag) {
    const bool littleEndian = has(tiff, 0, "II");
    if (!littleEndian && !has(tiff, 0, "MM"))
        return std::nullopt;
    const auto read = [&](std::size_t at, std::size_t size) { return number(tiff, at, size, littleEndian); };
    const std::size_t directory = read(4, 4);
    const std::size_t entries = read(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        if (entry + 12 > tiff.size())
            return std::nullopt;
        const std::uint32_t type = read(entry + 2, 2), size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
        if (read(entry, 2) == tag && size > 0 && read(entry + 4, 4) == 1)
            return read(entry + 8, size);
    }
    return std::nullopt;
}

PictureHeader readPictureHeader(Bytes file) {
    using namespace std::string_view_literals;
    if (has(file, 0, "\xff\xd8\xff"))
        return {PictureFormat::jpeg, 0, 0};
    if (has(file, 0, "\x89PNG\r\n\x1a\n")) {
        if (!has(file, 12, "IHDR"))
            return {PictureFormat::png, 0, 0};
        return {PictureFormat::png, big(file, 16, 4), big(file, 20, 4)};
    }
    if (has(file, 0, "RIFF") && has(file, 8, "WEBPVP8"))
        return webpHeader(file);
    if (has(file, 0, "II*\0"sv) || has(file, 0, "MM\0*"sv))
        return {PictureFormat::tiff, tiffValue(file, 256).value_or(0), tiffValue(file, 257).value_or(0)};
    if (has(file, 0, "BM"))
        return bmpHeader(file);
    return {};
}

int exifOrientation(Bytes jpeg) {
    using namespace std::string_view_literals;
    std::size_t at = 2;
    while (at + 4 <= jpeg.size() && jpeg[at] == 0xff) {
        const std::uint8_t marker = jpeg[at + 1];
        if (marker == 0xff) { // a fill byte
            ++at;
            continue;
        }
        if (marker == 0xda || marker == 0xd9) // the picture begins, or the file ends
            break;
        const std::size_t length = big(jpeg, at + 2, 2);
        if (length < 2)
            break;
        if (marker == 0xe1 && has(jpeg, at + 4, "Exif\0\0"sv)) {
            const std::size_t begin = std::min(at + 10, jpeg.size()), end = std::min(at + 2 + length, jpeg.size());
            return orientationIn(jpeg.subspan(begin, end > begin ? end - begin : 0));
        }
        at += 2 + length;
    }
    return 1;
}

int storedOrientation(PictureFormat format, Bytes file) {
    using namespace std::string_view_literals;
    switch (format) {
    case PictureFormat::jpeg: return exifOrientation(file);
    case PictureFormat::png: return orientationIn(chunkOf(file, 8, "eXIf", true));
    case PictureFormat::webp: {
        const Bytes exif = chunkOf(file, 12, "EXIF", false);
        return orientationIn(has(exif, 0, "Exif\0\0"sv) ? exif.subspan(6) : exif);
    }
    case PictureFormat::tiff: return orientationIn(file);
    case PictureFormat::bmp:
    case PictureFormat::unknown: break;
    }
    return 1;
}

} // namespace dinoscope
