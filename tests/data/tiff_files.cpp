// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/data/tiff_files.h"

#include <tiffio.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <unistd.h>

namespace dinoscope::testing {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint16_t compressionOf(TiffCoding coding) {
    switch (coding) {
    case TiffCoding::lzw: return COMPRESSION_LZW;
    case TiffCoding::deflate: return COMPRESSION_ADOBE_DEFLATE;
    case TiffCoding::jpeg: return COMPRESSION_JPEG;
    default: return COMPRESSION_NONE;
    }
}

void setFields(TIFF* tiff, const RawPicture& picture, TiffCoding coding, int orientation) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture.height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, orientation);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compressionOf(coding));
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG,
                 coding == TiffCoding::planes ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    if (coding == TiffCoding::jpeg)
        TIFFSetField(tiff, TIFFTAG_JPEGTABLESMODE, 0); // each strip is whole in itself
    if (coding == TiffCoding::tiles) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, picture.height);
    }
}

void writeTiles(TIFF* tiff, const RawPicture& picture) {
    for (int top = 0; top < picture.height; top += 16)
        for (int left = 0; left < picture.width; left += 16) {
            Bytes tile(16 * 16 * 3);
            for (int y = 0; y < 16 && top + y < picture.height; ++y)
                for (int i = 0; i < 48 && left * 3 + i < picture.width * 3; ++i)
                    tile[static_cast<std::size_t>(y * 48 + i)] = static_cast<std::uint8_t>(
                        picture.values[static_cast<std::size_t>((top + y) * picture.width * 3 + left * 3 + i)]);
            TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(top), 0, 0);
        }
}

void writePixels(TIFF* tiff, const RawPicture& picture, TiffCoding coding) {
    if (coding == TiffCoding::tiles) {
        writeTiles(tiff, picture);
        return;
    }
    Bytes pixels = bytesOf(picture);
    const std::size_t plane = pixels.size() / 3;
    for (std::size_t c = 0; coding == TiffCoding::planes && c < 3; ++c) {
        Bytes values(plane);
        for (std::size_t i = 0; i < plane; ++i)
            values[i] = pixels[3 * i + c];
        TIFFWriteEncodedStrip(tiff, static_cast<std::uint32_t>(c), values.data(), static_cast<tmsize_t>(plane));
    }
    if (coding != TiffCoding::planes)
        TIFFWriteEncodedStrip(tiff, 0, pixels.data(), static_cast<tmsize_t>(pixels.size()));
}

void put(Bytes& bytes, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

/// A file in the temporary folder that has no name any more.
class NamelessFile {
public:
    NamelessFile() : file_(std::tmpfile()) {
        if (file_ == nullptr)
            throw std::runtime_error("no temporary file can be made");
    }
    ~NamelessFile() { std::fclose(file_); }
    NamelessFile(const NamelessFile&) = delete;
    NamelessFile& operator=(const NamelessFile&) = delete;
    /// For one who closes it.
    int number() const {
        lseek(fileno(file_), 0, SEEK_SET); // both have one place in the file
        return dup(fileno(file_));
    }
    Bytes contents() const {
        Bytes bytes(static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)));
        if (pread(fileno(file_), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            throw std::runtime_error("a temporary file cannot be read");
        return bytes;
    }

private:
    std::FILE* file_;
};

} // namespace

Bytes tiffFile(const RawPicture& picture, TiffCoding coding, int orientation) {
    const NamelessFile file;
    TIFF* const tiff = TIFFFdOpen(file.number(), "memory", "w");
    setFields(tiff, picture, coding, orientation);
    writePixels(tiff, picture, coding);
    TIFFClose(tiff);
    return file.contents();
}

Bytes tiffFileOfOneStrip(const RawPicture& picture, TiffCoding coding) {
    const NamelessFile file;
    TIFF* tiff = TIFFFdOpen(file.number(), "memory", "w");
    setFields(tiff, picture, coding, 1);
    writePixels(tiff, picture, coding);
    TIFFClose(tiff);
    tiff = TIFFFdOpen(file.number(), "memory", "r");
    Bytes strip(static_cast<std::size_t>(TIFFRawStripSize(tiff, 0)));
    TIFFReadRawStrip(tiff, 0, strip.data(), static_cast<tmsize_t>(strip.size()));
    TIFFClose(tiff);

    constexpr std::uint32_t kShort = 3, kLong = 4, kEntries = 9, kBitsAt = 8 + 2 + 12 * kEntries + 4;
    Bytes bytes{'I', 'I', 42, 0, 8, 0, 0, 0};
    put(bytes, kEntries, 2);
    const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
        put(bytes, tag, 2);
        put(bytes, type, 2);
        put(bytes, count, 4);
        put(bytes, value, 4);
    };
    entry(TIFFTAG_IMAGEWIDTH, kShort, 1, static_cast<std::uint32_t>(picture.width));
    entry(TIFFTAG_IMAGELENGTH, kShort, 1, static_cast<std::uint32_t>(picture.height));
    entry(TIFFTAG_BITSPERSAMPLE, kShort, 3, kBitsAt);
    entry(TIFFTAG_COMPRESSION, kShort, 1, compressionOf(coding));
    entry(TIFFTAG_PHOTOMETRIC, kShort, 1, PHOTOMETRIC_RGB);
    entry(TIFFTAG_STRIPOFFSETS, kLong, 1, kBitsAt + 6);
    entry(TIFFTAG_SAMPLESPERPIXEL, kShort, 1, 3);
    entry(TIFFTAG_ROWSPERSTRIP, kShort, 1, static_cast<std::uint32_t>(picture.height));
    entry(TIFFTAG_STRIPBYTECOUNTS, kLong, 1, static_cast<std::uint32_t>(strip.size()));
    put(bytes, 0, 4);
    for (int i = 0; i < 3; ++i)
        put(bytes, 8, 2);
    bytes.insert(bytes.end(), strip.begin(), strip.end());
    return bytes;
}

} // namespace dinoscope::testing
