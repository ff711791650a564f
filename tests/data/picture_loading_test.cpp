// SPDX-License-Identifier: GPL-3.0-or-later
// Transparency, depth and orientation, in both ways of loading. What the official way must give was computed with
// Pillow 13.0: Image.open(file).convert("RGB").
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_formats.h"
#include "engine/data/picture_header.h"
#include "tests/data/picture_files.h"
#include "tests/data/tiff_files.h"

#include <zlib.h>

#include <gtest/gtest.h>

#include <string_view>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;
using namespace std::string_view_literals;

Bytes pixelsOf(const Bytes& file, bool official) {
    Image image;
    decodePicture(file, "it", image, {official});
    return image.pixels;
}

void put(Bytes& bytes, std::uint32_t value, int size, bool littleEndian = false) {
    for (int i = 0; i < size; ++i)
        bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (littleEndian ? i : size - 1 - i)));
}

Bytes pngChunk(std::string_view name, const Bytes& contents) {
    Bytes chunk;
    put(chunk, static_cast<std::uint32_t>(contents.size()), 4);
    chunk.insert(chunk.end(), name.begin(), name.end());
    chunk.insert(chunk.end(), contents.begin(), contents.end());
    put(chunk, static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, static_cast<unsigned>(chunk.size() - 4))), 4);
    return chunk;
}

/// One row of pixels; `kind` is the colour type of PNG, `middle` are chunks before the data.
Bytes pngRow(std::uint32_t width, std::uint8_t bits, std::uint8_t kind, const Bytes& row, const Bytes& middle = {}) {
    Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const auto append = [&](const Bytes& part) { file.insert(file.end(), part.begin(), part.end()); };
    Bytes head;
    put(head, width, 4);
    put(head, 1, 4);
    head.insert(head.end(), {bits, kind, 0, 0, 0});
    append(pngChunk("IHDR", head));
    append(middle);
    Bytes filtered{0};
    filtered.insert(filtered.end(), row.begin(), row.end());
    Bytes packed(compressBound(filtered.size()));
    uLongf size = packed.size();
    compress(packed.data(), &size, filtered.data(), filtered.size());
    packed.resize(size);
    append(pngChunk("IDAT", packed));
    append(pngChunk("IEND", {}));
    return file;
}

constexpr std::uint8_t kGrey = 0, kColor = 2, kPalette = 3, kGreyAlpha = 4, kColorAlpha = 6;

TEST(PictureLoading, PngOfEveryKind) {
    struct Case {
        const char* what;
        Bytes file, upright, official;
    };
    const Bytes palette = pngChunk("PLTE", {255, 0, 0, 0, 255, 0});
    Bytes clearPalette = palette, halfClear = pngChunk("tRNS", {0, 51});
    clearPalette.insert(clearPalette.end(), halfClear.begin(), halfClear.end());
    const Case cases[] = {
        {"grey, 16 bits",
         pngRow(4, 16, kGrey, {0, 0, 0, 200, 1, 0, 255, 255}),
         {0, 0, 0, 0, 0, 0, 1, 1, 1, 255, 255, 255},
         {0, 0, 0, 200, 200, 200, 255, 255, 255, 255, 255, 255}},
        {"colour, 16 bits", pngRow(1, 16, kColor, {0, 255, 1, 0, 255, 255}), {0, 1, 255}, {0, 1, 255}},
        {"grey with alpha",
         pngRow(2, 8, kGreyAlpha, {100, 0, 200, 51}),
         {255, 255, 255, 244, 244, 244},
         {100, 100, 100, 200, 200, 200}},
        {"grey with alpha, 16 bits", pngRow(1, 16, kGreyAlpha, {0x12, 0x80, 0xff, 0xff}), {18, 18, 18}, {18, 18, 18}},
        {"colour with alpha", pngRow(1, 8, kColorAlpha, {10, 20, 30, 0}), {255, 255, 255}, {10, 20, 30}},
        {"colour with alpha, 16 bits",
         pngRow(1, 16, kColorAlpha, {0x12, 0x80, 0x34, 0x90, 0x56, 1, 0, 0}),
         {255, 255, 255},
         {18, 52, 86}},
        {"palette with transparency",
         pngRow(2, 8, kPalette, {0, 1}, clearPalette),
         {255, 255, 255, 204, 255, 204},
         {255, 0, 0, 0, 255, 0}},
        {"grey with one transparent value",
         pngRow(2, 8, kGrey, {7, 9}, pngChunk("tRNS", {0, 7})),
         {255, 255, 255, 9, 9, 9},
         {7, 7, 7, 9, 9, 9}},
        {"one transparent colour",
         pngRow(2, 8, kColor, {7, 8, 9, 1, 2, 3}, pngChunk("tRNS", {0, 7, 0, 8, 0, 9})),
         {255, 255, 255, 1, 2, 3},
         {7, 8, 9, 1, 2, 3}},
        {"grey, 2 bits",
         pngRow(4, 2, kGrey, {0x1b}),
         {0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255},
         {0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255}},
        {"black and white", pngRow(2, 1, kGrey, {0x40}), {0, 0, 0, 255, 255, 255}, {0, 0, 0, 255, 255, 255}},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(pixelsOf(c.file, false), c.upright) << c.what;
        EXPECT_EQ(pixelsOf(c.file, true), c.official) << c.what;
    }
}

/// One row without compression, little-endian; photometric 1 is grey, 2 RGB; `extra` is 1 for an alpha that the colours
/// were multiplied with, 2 for one that they were not, 0 for none.
Bytes tiffRow(std::uint32_t width, std::uint32_t samples, std::uint32_t bits, std::uint32_t photometric,
              std::uint32_t extra, const Bytes& row) {
    const std::uint32_t entries = extra > 0 ? 10 : 9, bitsAt = 8 + 2 + 12 * entries + 4, rowAt = bitsAt + 2 * samples;
    Bytes file{'I', 'I', 42, 0, 8, 0, 0, 0};
    put(file, entries, 2, true);
    const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
        put(file, tag, 2, true);
        put(file, type, 2, true);
        put(file, count, 4, true);
        put(file, value, 4, true);
    };
    entry(256, 3, 1, width);
    entry(257, 3, 1, 1);
    entry(258, 3, samples, samples > 2 ? bitsAt : bits * 0x10001);
    entry(259, 3, 1, 1);
    entry(262, 3, 1, photometric);
    entry(273, 4, 1, rowAt);
    entry(277, 3, 1, samples);
    entry(278, 3, 1, 1);
    entry(279, 4, 1, static_cast<std::uint32_t>(row.size()));
    if (extra > 0)
        entry(338, 3, 1, extra);
    put(file, 0, 4, true);
    for (std::uint32_t i = 0; i < samples; ++i)
        put(file, bits, 2, true);
    file.insert(file.end(), row.begin(), row.end());
    return file;
}

TEST(PictureLoading, TiffOfEveryKind) {
    struct Case {
        const char* what;
        Bytes file, upright, official;
    };
    const Case cases[] = {
        {"grey, 16 bits",
         tiffRow(4, 1, 16, 1, 0, {0, 0, 200, 0, 0, 1, 255, 255}),
         {0, 0, 0, 0, 0, 0, 1, 1, 1, 255, 255, 255},
         {0, 0, 0, 200, 200, 200, 255, 255, 255, 255, 255, 255}},
        {"colour, 16 bits", tiffRow(1, 3, 16, 2, 0, {255, 0, 0, 1, 255, 255}), {0, 1, 255}, {0, 1, 255}},
        {"colour and an alpha apart",
         tiffRow(2, 4, 8, 2, 2, {10, 20, 30, 0, 0, 100, 200, 51}),
         {255, 255, 255, 204, 224, 244},
         {10, 20, 30, 0, 100, 200}},
        {"colour with its alpha",
         tiffRow(2, 4, 8, 2, 1, {10, 20, 30, 128, 1, 2, 3, 0}),
         {137, 147, 157, 255, 255, 255},
         {19, 39, 59, 0, 0, 0}},
        {"grey and an alpha apart", tiffRow(1, 2, 8, 1, 2, {200, 51}), {244, 244, 244}, {200, 200, 200}},
        {"white is zero",
         tiffRow(2, 1, 8, 0, 0, {10, 128}),
         {245, 245, 245, 127, 127, 127},
         {245, 245, 245, 127, 127, 127}},
    };
    for (const Case& c : cases) {
        const Bytes upright = pixelsOf(c.file, false), official = pixelsOf(c.file, true);
        ASSERT_EQ(upright.size(), c.upright.size()) << c.what;
        for (std::size_t i = 0; i < upright.size(); ++i) {
            const bool premultiplied = std::string_view(c.what) == "colour and an alpha apart"; // by libtiff, rounded
            EXPECT_NEAR(upright[i], c.upright[i], premultiplied ? 1 : 0) << c.what << ", " << i;
        }
        EXPECT_EQ(official, c.official) << c.what;
    }
}

TEST(PictureLoading, TiffStandsUprightEitherWay) {
    testing::RawPicture picture{3, 2, 3, {}};
    for (int i = 0; i < 6; ++i)
        picture.values.insert(picture.values.end(), 3, static_cast<std::uint16_t>(i));
    const std::vector<Bytes> expected{{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0}, {3, 4, 5, 0, 1, 2},
                                      {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2}, {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3}};
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const testing::TiffCoding coding : {testing::TiffCoding::plain, testing::TiffCoding::tiles})
            for (const bool official : {false, true}) {
                Image image;
                decodePicture(testing::tiffFile(picture, coding, orientation), "it", image, {official});
                Bytes first;
                for (std::size_t i = 0; i < image.pixels.size(); i += 3)
                    first.push_back(image.pixels[i]);
                EXPECT_EQ(first, expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
                EXPECT_EQ(image.width, orientation < 5 ? 3 : 2);
            }
}

/// TIFF data with the tag Orientation alone.
Bytes exifOf(std::uint32_t orientation) {
    Bytes exif{'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0};
    put(exif, 0x0112, 2, true);
    put(exif, 3, 2, true);
    put(exif, 1, 4, true);
    put(exif, orientation, 4, true);
    put(exif, 0, 4, true);
    return exif;
}

TEST(PictureLoading, ExifTurnsPicturesUnlessTheyAreLoadedAsTheOfficialCodeDoes) {
    const Bytes png = pngRow(3, 8, kGrey, {1, 2, 3}, pngChunk("eXIf", exifOf(3)));
    EXPECT_EQ(pixelsOf(png, false), (Bytes{3, 3, 3, 2, 2, 2, 1, 1, 1}));
    EXPECT_EQ(pixelsOf(png, true), (Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3}));

    const testing::RawPicture row{3, 1, 3, {1, 1, 1, 2, 2, 2, 3, 3, 3}};
    const Bytes plain = testing::encoded(".webp", row);
    for (const bool marked : {false, true}) { // some programs put the mark of JPEG before the data
        Bytes exif = exifOf(3);
        if (marked)
            exif.insert(exif.begin(), {'E', 'x', 'i', 'f', 0, 0});
        Bytes webp{'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P'};
        const Bytes extended{'V', 'P', '8', 'X', 10, 0, 0, 0, 0x08, 0, 0, 0, 2, 0, 0, 0, 0, 0};
        webp.insert(webp.end(), extended.begin(), extended.end());
        webp.insert(webp.end(), plain.begin() + 12, plain.end());
        webp.insert(webp.end(), {'E', 'X', 'I', 'F'});
        put(webp, static_cast<std::uint32_t>(exif.size()), 4, true);
        webp.insert(webp.end(), exif.begin(), exif.end());
        webp[4] = static_cast<std::uint8_t>(webp.size() - 8);
        webp[5] = static_cast<std::uint8_t>((webp.size() - 8) >> 8);
        EXPECT_EQ(pixelsOf(webp, false), (Bytes{3, 3, 3, 2, 2, 2, 1, 1, 1}));
        EXPECT_EQ(pixelsOf(webp, true), (Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3}));
    }

    Bytes jpeg = testing::encoded(".jpg", {16, 8, 3, std::vector<std::uint16_t>(16 * 8 * 3, 100)});
    Bytes segment{0xff, 0xe1};
    const Bytes exif = exifOf(6);
    put(segment, static_cast<std::uint32_t>(exif.size() + 8), 2);
    segment.insert(segment.end(), {'E', 'x', 'i', 'f', 0, 0});
    segment.insert(segment.end(), exif.begin(), exif.end());
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    Image image;
    decodePicture(jpeg, "it", image);
    EXPECT_EQ(image.width, 8);
    decodePicture(jpeg, "it", image, {true});
    EXPECT_EQ(image.width, 16);
    EXPECT_EQ(storedOrientation(PictureFormat::jpeg, jpeg), 6);
    EXPECT_EQ(storedOrientation(PictureFormat::bmp, jpeg), 1);
    EXPECT_EQ(storedOrientation(PictureFormat::png, pngRow(1, 8, kGrey, {1}, pngChunk("eXIf", exifOf(9)))), 1);
}

TEST(PictureLoading, TransparentWebpKeepsItsHiddenColours) {
    const Bytes webp = testing::encoded(".webp", {1, 1, 4, {0, 100, 200, 51}});
    EXPECT_EQ(pixelsOf(webp, false), (Bytes{204, 224, 244}));
    EXPECT_EQ(pixelsOf(webp, true), (Bytes{0, 100, 200}));
}

} // namespace
} // namespace dinoscope
