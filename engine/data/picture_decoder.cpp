// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_decoder.h"

#include "engine/data/picture_formats.h"
#include "engine/data/picture_header.h"
#include "engine/support/check.h"

#include <cstddef>
#include <new>

namespace dinoscope {
namespace {

/// The most pixels that one byte of a file can hold. Deflate expands at most 1032 times and a PNG pixel may be one bit;
/// a JPEG needs a bit for each component of 16 x 16 pixels. The other formats may hold any number.
constexpr std::int64_t kPixelsAPngByte = 1032 * 8;
constexpr std::int64_t kPixelsAJpegByte = 256 * 8;

[[noreturn]] void refuse(const std::string& name, const std::string& what, std::string detail = {}) {
    throw EngineError(ErrorCode::badInput, "data", name + " " + what, std::move(detail));
}

void checkSize(const PictureHeader& header, std::int64_t fileSize, const std::string& name) {
    const std::int64_t width = header.width, height = header.height;
    const std::string size = std::to_string(width) + " x " + std::to_string(height) + " pixels";
    if (width < 1 || height < 1)
        refuse(name, std::string("is a ") + formatName(header.format) +
                         " file whose header is damaged: get the picture again or remove it");
    if (width > kLongestPictureSide || height > kLongestPictureSide || width * height > kLargestPicturePixels)
        refuse(name, "has " + size + ", more than the largest picture that is read (" +
                         std::to_string(kLargestPicturePixels / 1'000'000) + " million pixels, " +
                         std::to_string(kLongestPictureSide) + " a side): make it smaller");
    const std::int64_t most = header.format == PictureFormat::png    ? kPixelsAPngByte
                              : header.format == PictureFormat::jpeg ? kPixelsAJpegByte
                                                                     : kLargestPicturePixels;
    if (width * height > fileSize * most)
        refuse(name,
               "says that it has " + size + ", which so small a file cannot hold: get the picture again or remove it");
}

std::string decodeAs(PictureFormat format, std::span<const std::uint8_t> file, Image& out) {
    switch (format) {
    case PictureFormat::png: return decodePng(file, out);
    case PictureFormat::bmp: return decodeBmp(file, out);
    case PictureFormat::webp: return decodeWebp(file, out);
    case PictureFormat::tiff: return decodeTiff(file, out);
    case PictureFormat::jpeg:
    case PictureFormat::unknown: break;
    }
    return "it is of no known format";
}

void decode(std::span<const std::uint8_t> file, const std::string& name, Image& out) {
    if (file.empty())
        refuse(name, "is empty: get the picture again or remove it");
    const PictureHeader header = readPictureHeader(file);
    if (header.format == PictureFormat::unknown)
        refuse(name, "is no JPEG, PNG, BMP, WebP or TIFF file, whatever its name says: convert or remove it");
    const auto fileSize = static_cast<std::int64_t>(file.size());
    const auto check = [&](std::int64_t width, std::int64_t height) {
        checkSize({header.format, width, height}, fileSize, name);
    };
    std::string problem;
    if (header.format == PictureFormat::jpeg) {
        problem = decodeJpeg(file, check, out);
    } else {
        check(header.width, header.height);
        out.width = static_cast<int>(header.width);
        out.height = static_cast<int>(header.height);
        out.channels = 3;
        out.pixels.resize(3 * static_cast<std::size_t>(header.width * header.height));
        problem = decodeAs(header.format, file, out);
    }
    if (!problem.empty())
        refuse(name, std::string("is a ") + formatName(header.format) +
                         " file that is damaged, cut off or of a rare kind (" + problem +
                         "): get the picture again, or save it as PNG");
}

} // namespace

void decodePicture(std::span<const std::uint8_t> file, const std::string& name, Image& out) {
    try {
        decode(file, name, out);
    } catch (const std::bad_alloc&) {
        throw EngineError(ErrorCode::outOfMemory, "data",
                          "there is not enough memory to decode " + name + ": make the picture smaller");
    }
}

} // namespace dinoscope
