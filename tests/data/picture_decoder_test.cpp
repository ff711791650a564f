// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/picture_decoder.h"

#include "engine/data/picture_formats.h"
#include "engine/data/picture_header.h"
#include "engine/support/check.h"
#include "engine/support/random.h"
#include "tests/data/picture_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;
using testing::bytesOf;
using testing::encoded;
using testing::encodedLossyWebp;
using testing::RawPicture;
using testing::smoothPicture;
using testing::withOrientation;

const std::vector<std::string> kEndings{".jpg", ".png", ".bmp", ".webp", ".tiff"};

Image decoded(const Bytes& bytes) {
    Image image;
    decodePicture(bytes, "the file", image);
    return image;
}

/// The sentence with which decoding fails, or "" if it does not.
std::string failure(const Bytes& bytes) {
    try {
        decoded(bytes);
    } catch (const EngineError& error) {
        EXPECT_EQ(std::string(error.what()).substr(0, 8), "the file") << error.what();
        return error.what();
    }
    return {};
}

int largestDifference(const Bytes& a, const Bytes& b) {
    EXPECT_EQ(a.size(), b.size());
    int largest = a.size() == b.size() ? 0 : 256;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(int{a[i]} - int{b[i]}));
    return largest;
}

TEST(PictureDecoder, ReadsEveryFormatToRgb) {
    const RawPicture picture = smoothPicture(23, 17, 1);
    for (const std::string& ending : kEndings) {
        SCOPED_TRACE(ending);
        const Image image = decoded(encoded(ending, picture));
        EXPECT_EQ(image.width, 23);
        EXPECT_EQ(image.height, 17);
        EXPECT_EQ(image.channels, 3);
        EXPECT_LE(largestDifference(image.pixels, bytesOf(picture)), ending == ".jpg" ? 3 : 0);
    }
    EXPECT_LE(largestDifference(decoded(encodedLossyWebp(picture)).pixels, bytesOf(picture)), 60);
}

TEST(PictureDecoder, TellsFormatAndSizeByTheFirstBytes) {
    const char* const names[] = {"JPEG", "PNG", "BMP", "WebP", "TIFF"};
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
        SCOPED_TRACE(kEndings[i]);
        const PictureHeader header = readPictureHeader(encoded(kEndings[i], smoothPicture(41, 29)));
        EXPECT_EQ(header.width, i == 0 ? 0 : 41);
        EXPECT_EQ(header.height, i == 0 ? 0 : 29);
        EXPECT_STREQ(formatName(header.format), names[i]);
    }
    const PictureHeader lossy = readPictureHeader(encodedLossyWebp(smoothPicture(41, 29)));
    EXPECT_EQ(lossy.width, 41);
    EXPECT_EQ(lossy.height, 29);
    Bytes extended = {'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8',
                      'X', 10,  0,   0,   0, 0, 0, 0, 0,   40,  0,   0,   28,  0,   1};
    EXPECT_EQ(readPictureHeader(extended).width, 41);
    EXPECT_EQ(readPictureHeader(extended).height, 65536 + 29);
    EXPECT_EQ(readPictureHeader({}).format, PictureFormat::unknown);
}

TEST(PictureDecoder, RepeatsGreyAndKeepsTheUpperBits) {
    RawPicture grey{7, 5, 1, {}}, deep{7, 5, 1, {}, 16}, deepColor{7, 5, 3, {}, 16};
    Bytes expectedGrey, expectedColor;
    for (int i = 0; i < 35; ++i) {
        grey.values.push_back(static_cast<std::uint16_t>(7 * i));
        deep.values.push_back(static_cast<std::uint16_t>(256 * 7 * i + 7 * i));
        for (const int value : {65535, 515, 257 * (i % 7)})
            deepColor.values.push_back(static_cast<std::uint16_t>(value));
        expectedGrey.insert(expectedGrey.end(), 3, static_cast<std::uint8_t>(7 * i));
        for (const int value : {255, 2, i % 7})
            expectedColor.push_back(static_cast<std::uint8_t>(value));
    }
    for (const char* ending : {".png", ".tiff", ".bmp"})
        EXPECT_EQ(decoded(encoded(ending, grey)).pixels, expectedGrey) << ending;
    EXPECT_LE(largestDifference(decoded(encoded(".jpg", grey)).pixels, expectedGrey), 3);
    for (const char* ending : {".png", ".tiff"}) {
        EXPECT_EQ(decoded(encoded(ending, deep)).pixels, expectedGrey) << ending;
        EXPECT_EQ(decoded(encoded(ending, deepColor)).pixels, expectedColor) << ending;
    }
}

TEST(PictureDecoder, LaysTransparentPixelsOverWhite) {
    const RawPicture picture{3, 1, 4, {0, 100, 200, 255, 0, 100, 200, 0, 0, 100, 200, 51}}; // the last one a fifth
    const Bytes expected{0, 100, 200, 255, 255, 255, 204, 224, 244};
    EXPECT_EQ(decoded(encoded(".png", picture)).pixels, expected);
    EXPECT_EQ(decoded(encoded(".webp", picture)).pixels.size(), expected.size());
    EXPECT_EQ(decoded(encoded(".webp", RawPicture{1, 1, 4, {0, 100, 200, 51}})).pixels, (Bytes{204, 224, 244}));
    EXPECT_LE(largestDifference(decoded(encoded(".tiff", picture)).pixels, expected), 1);
}

/// A BMP file of 2 x 2 pixels whose rows are given from the bottom.
Bytes bmpOf(std::uint8_t bits, std::uint8_t compression, const Bytes& behindHeader, const Bytes& rows,
            bool fromTop = false) {
    Bytes file{'B', 'M', 0, 0,  0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(54 + behindHeader.size()),
               0,   0,   0, 40, 0, 0, 0};
    const Bytes size{2, 0, 0, 0, 2, 0, 0, 0};
    file.insert(file.end(), size.begin(), size.end());
    if (fromTop)
        std::fill(file.end() - 4, file.end(), std::uint8_t{0xff}), file[file.size() - 4] = 0xfe;
    const Bytes rest{1, 0, bits, 0, compression, 0, 0, 0};
    file.insert(file.end(), rest.begin(), rest.end());
    file.resize(54);
    file.insert(file.end(), behindHeader.begin(), behindHeader.end());
    file.insert(file.end(), rows.begin(), rows.end());
    return file;
}

TEST(PictureDecoder, ReadsTheKindsOfBmp) {
    const Bytes red{255, 0, 0}, green{0, 255, 0}, blue{0, 0, 255}, white{255, 255, 255};
    const auto pixels = [](const std::vector<Bytes>& colors) {
        Bytes all;
        for (const Bytes& color : colors)
            all.insert(all.end(), color.begin(), color.end());
        return all;
    };
    const Bytes expected = pixels({red, green, blue, white});
    const Bytes palette{0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0};
    EXPECT_EQ(decoded(bmpOf(8, 0, palette, {2, 3, 0, 0, 0, 1, 0, 0})).pixels, expected);
    EXPECT_EQ(decoded(bmpOf(8, 0, palette, {0, 1, 0, 0, 2, 3, 0, 0}, true)).pixels, expected);
    EXPECT_EQ(decoded(bmpOf(4, 0, palette, {0x23, 0, 0, 0, 0x01, 0, 0, 0})).pixels, expected);
    EXPECT_EQ(decoded(bmpOf(1, 0, {0, 0, 255, 0, 0, 255, 0, 0}, {0x40, 0, 0, 0, 0x80, 0, 0, 0})).pixels,
              pixels({green, red, red, green}));
    EXPECT_EQ(decoded(bmpOf(16, 0, {}, {0x1f, 0, 0xff, 0x7f, 0, 0x7c, 0xe0, 0x03})).pixels, expected);
    EXPECT_EQ(decoded(bmpOf(16, 3, {0, 0xf8, 0, 0, 0xe0, 0x07, 0, 0, 0x1f, 0, 0, 0},
                            {0x1f, 0, 0xff, 0xff, 0, 0xf8, 0xe0, 0x07}))
                  .pixels,
              expected);
    EXPECT_EQ(decoded(bmpOf(32, 0, {}, {255, 0, 0, 0, 255, 255, 255, 0, 0, 0, 255, 0, 0, 255, 0, 0})).pixels, expected);
    EXPECT_NE(failure(bmpOf(8, 1, palette, {2, 3, 0, 0, 0, 1, 0, 0})).find("it is compressed"), std::string::npos);
    EXPECT_NE(failure(bmpOf(7, 0, palette, {2, 3, 0, 0, 0, 1, 0, 0})).find("it has 7 bits a pixel"), std::string::npos);
    EXPECT_NE(failure(bmpOf(8, 0, palette, {2, 3, 0, 0, 0, 1, 0})).find("ends too early"), std::string::npos);
}

TEST(PictureDecoder, ReadsTheInkOfAdobeFiles) {
    // Files hold what is left after each ink: 255 is none. Four squares of one colour.
    const std::vector<std::vector<std::uint16_t>> inks{
        {255, 255, 255, 255}, {255, 0, 0, 255}, {255, 255, 255, 0}, {128, 255, 255, 128}};
    const Bytes expected{255, 255, 255, 255, 0, 0, 0, 0, 0, 64, 128, 128};
    RawPicture picture{16, 64, 4, {}};
    for (const auto& ink : inks)
        for (int pixel = 0; pixel < 16 * 16; ++pixel)
            picture.values.insert(picture.values.end(), ink.begin(), ink.end());
    const Image image = decoded(encoded(".jpg", picture));
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            EXPECT_NEAR(image.pixels[(i * 256 + 100) * 3 + c], expected[3 * i + c], 4) << i << " " << c;
}

TEST(PictureDecoder, StandsPicturesUpright) {
    // A 3 x 2 picture and where each orientation puts its pixels, by the table of the Exif standard.
    const std::vector<Bytes> expected{{0, 1, 2, 3, 4, 5}, {2, 1, 0, 5, 4, 3}, {5, 4, 3, 2, 1, 0}, {3, 4, 5, 0, 1, 2},
                                      {0, 3, 1, 4, 2, 5}, {3, 0, 4, 1, 5, 2}, {5, 2, 4, 1, 3, 0}, {2, 5, 1, 4, 0, 3}};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        Image image{3, 2, 1, {0, 1, 2, 3, 4, 5}};
        standUpright(image, orientation);
        EXPECT_EQ(image.pixels, expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
        EXPECT_EQ(image.width, orientation < 5 ? 3 : 2);
        EXPECT_EQ(image.height, orientation < 5 ? 2 : 3);
    }
    const Bytes jpeg = encoded(".jpg", smoothPicture(16, 8));
    for (const bool littleEndian : {true, false})
        for (int orientation = 0; orientation <= 9; ++orientation) {
            const Bytes file = withOrientation(jpeg, orientation, littleEndian);
            Image turned = decoded(jpeg);
            standUpright(turned, orientation);
            EXPECT_EQ(exifOrientation(file), orientation % 9 == 0 ? 1 : orientation);
            EXPECT_EQ(decoded(file).pixels, turned.pixels) << orientation;
        }
}

TEST(PictureDecoder, EveryCutFileIsASentence) {
    for (const std::string& ending : kEndings) {
        SCOPED_TRACE(ending);
        const Bytes bytes = encoded(ending, smoothPicture(37, 31));
        for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 16) {
            const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            const std::string sentence = failure(cut);
            EXPECT_NE(sentence.find(": "), std::string::npos) << length << " of " << bytes.size();
        }
    }
}

TEST(PictureDecoder, FlippedBitsNeverCrash) {
    RandomStream random(5, 0, 0, 0, RandomPurpose::preview);
    for (const std::string& ending : kEndings) {
        const Bytes bytes = encoded(ending, smoothPicture(20, 20));
        for (int i = 0; i < 300; ++i) {
            Bytes flipped = bytes;
            for (int bit = 0; bit <= i % 4; ++bit)
                flipped[random.below(static_cast<std::uint32_t>(bytes.size()))] ^= 1 << random.below(8);
            failure(flipped);
        }
        EXPECT_EQ(failure(bytes), ""); // what came before has left nothing behind
    }
}

void put(Bytes& bytes, std::size_t at, std::uint32_t value, bool littleEndian = false) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (littleEndian ? i : 3 - i));
}

TEST(PictureDecoder, ForgedSizesAreRefusedBeforeMemoryIsTaken) {
    Bytes png = encoded(".png", smoothPicture(8, 8));
    put(png, 16, 70000);
    put(png, 20, 1);
    EXPECT_NE(failure(png).find("has 70000 x 1 pixels, more than the largest picture"), std::string::npos);
    put(png, 16, 20000);
    put(png, 20, 20000);
    EXPECT_NE(failure(png).find("more than the largest picture"), std::string::npos);
    put(png, 16, 10000);
    put(png, 20, 10000);
    EXPECT_NE(failure(png).find("which so small a file cannot hold"), std::string::npos);
    put(png, 16, 0);
    EXPECT_NE(failure(png).find("PNG file whose header is damaged"), std::string::npos);
    Bytes bmp = encoded(".bmp", smoothPicture(8, 8));
    put(bmp, 18, 65000, true);
    put(bmp, 22, static_cast<std::uint32_t>(-65000), true);
    EXPECT_NE(failure(bmp).find("has 65000 x 65000 pixels"), std::string::npos);
    Bytes jpeg = encoded(".jpg", smoothPicture(8, 8));
    const Bytes frame{0xff, 0xc0, 0, 17, 8};
    const auto found = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
    ASSERT_NE(found, jpeg.end());
    std::fill(found + 5, found + 9, std::uint8_t{0x27}); // 10023 x 10023
    EXPECT_NE(failure(jpeg).find("10023 x 10023 pixels"), std::string::npos);
}

TEST(PictureDecoder, RefusesOtherFiles) {
    EXPECT_NE(failure({}).find("is empty"), std::string::npos);
    EXPECT_NE(failure({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0}).find("is a GIF file, which is not read"),
              std::string::npos);
    EXPECT_NE(failure({'{', '}'}).find("is no JPEG, PNG"), std::string::npos);
    Bytes real = encoded(".tiff", RawPicture{2, 2, 1, {0, 0, 0, 0}});
    real[8 + 2 + 2 * 12 + 8] = 33; // bits a sample
    EXPECT_NE(failure(real).find("TIFF file of a kind that is not read"), std::string::npos);
}

} // namespace
} // namespace dinoscope
