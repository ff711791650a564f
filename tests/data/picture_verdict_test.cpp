// SPDX-License-Identifier: GPL-3.0-or-later
// What is said of files that cannot be used: every way of cutting them, and the kinds that no decoder reads.
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_error.h"
#include "engine/data/picture_structure.h"
#include "tests/data/picture_files.h"
#include "tests/data/tiff_files.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;
using testing::encoded;
using testing::smoothPicture;

struct Judgement {
    PictureVerdict verdict = PictureVerdict::ok;
    std::string reason = {};
};

Judgement judgementOf(const Bytes& file) {
    Image image;
    try {
        decodePicture(file, "it", image);
        checkShortestSide(image, "it");
    } catch (const PictureError& error) {
        return {error.verdict(), error.reason()};
    }
    return {};
}

PictureVerdict verdictOf(const Bytes& file) { return judgementOf(file).verdict; }

/// Every beginning of the file is told from the whole.
void expectEveryCutNoticed(const Bytes& file) {
    ASSERT_EQ(judgementOf(file).reason, "");
    for (std::size_t length = 0; length < file.size(); ++length) {
        const Judgement judgement =
            judgementOf(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
        ASSERT_EQ(judgement.verdict, PictureVerdict::truncated)
            << length << " of " << file.size() << ": " << judgement.reason;
        ASSERT_TRUE(judgement.reason.starts_with("The file ") && judgement.reason.ends_with(".")) << judgement.reason;
    }
}

TEST(PictureVerdict, EveryCutOfEveryFormatIsTruncated) {
    for (const char* ending : {".jpg", ".png", ".bmp", ".webp", ".tiff"}) {
        SCOPED_TRACE(ending);
        expectEveryCutNoticed(encoded(ending, smoothPicture(37, 31)));
    }
    expectEveryCutNoticed(testing::encodedLossyWebp(smoothPicture(37, 31)));
    expectEveryCutNoticed(encoded(".jpg", {16, 16, 1, std::vector<std::uint16_t>(256, 90)}));
    expectEveryCutNoticed(testing::encodedProgressiveJpeg(smoothPicture(37, 31)));
    for (const testing::TiffCoding coding : testing::kTiffCodings) {
        SCOPED_TRACE(static_cast<int>(coding));
        expectEveryCutNoticed(testing::tiffFile(smoothPicture(37, 31), coding));
    }
    for (const testing::TiffCoding coding : {testing::TiffCoding::plain, testing::TiffCoding::lzw,
                                             testing::TiffCoding::deflate, testing::TiffCoding::jpeg})
        expectEveryCutNoticed(testing::tiffFileOfOneStrip(smoothPicture(37, 31), coding));
}

TEST(PictureVerdict, DamagedDataIsUnreadable) {
    const auto damaged = [](Bytes file, std::size_t at, std::size_t length) {
        std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(at), length, std::uint8_t{0});
        return file;
    };
    const Bytes jpeg = encoded(".jpg", smoothPicture(64, 64)), png = encoded(".png", smoothPicture(64, 64));
    EXPECT_EQ(verdictOf(damaged(jpeg, jpeg.size() / 2, 1)), PictureVerdict::ok) << "the picture must hold the fault";
    Bytes marked = jpeg;
    marked[jpeg.size() / 2] = 0xff; // a marker inside the coded data
    marked[jpeg.size() / 2 + 1] = 0xd0;
    EXPECT_EQ(verdictOf(marked), PictureVerdict::unreadable);
    EXPECT_EQ(verdictOf(damaged(png, png.size() / 2, 8)), PictureVerdict::unreadable);
    const Bytes webp = encoded(".webp", smoothPicture(64, 64));
    EXPECT_EQ(verdictOf(damaged(webp, 25, webp.size() - 25)), PictureVerdict::unreadable);
}

TEST(PictureVerdict, OtherContentsAndRareKindsAreUnsupported) {
    EXPECT_EQ(verdictOf({'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0, 0, 0, ';'}), PictureVerdict::unsupported);
    EXPECT_EQ(judgementOf({'G', 'I', 'F', '8', '7', 'a'}).reason,
              "The file is a GIF file, which is not read: save it as PNG or JPEG.");
    EXPECT_NE(judgementOf({0, 0, 0, 24, 'f', 't', 'y', 'p', 'a', 'v', 'i', 'f'}).reason.find("a HEIF or AVIF file"),
              std::string::npos);
    EXPECT_EQ(verdictOf({'s', 'o', 'm', 'e', ' ', 't', 'e', 'x', 't', '\n'}), PictureVerdict::unsupported);
    EXPECT_EQ(verdictOf({0, 0, 0, 24, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c'}), PictureVerdict::unsupported);
    Bytes jpeg = encoded(".jpg", smoothPicture(16, 16));
    const Bytes frame{0xff, 0xc0, 0, 17, 8};
    const auto found = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
    ASSERT_NE(found, jpeg.end());
    const auto withFrame = [&](std::uint8_t marker, std::uint8_t bits) {
        found[1] = marker;
        found[4] = bits;
        return judgementOf(jpeg);
    };
    EXPECT_EQ(withFrame(0xc1, 12).verdict, PictureVerdict::unsupported);
    EXPECT_NE(withFrame(0xc1, 12).reason.find("it has 12 bits a sample"), std::string::npos);
    EXPECT_EQ(withFrame(0xc3, 8).verdict, PictureVerdict::unsupported);
    EXPECT_NE(withFrame(0xc3, 8).reason.find("without loss"), std::string::npos);
    EXPECT_NE(withFrame(0xc7, 8).reason.find("differential"), std::string::npos);
    EXPECT_EQ(withFrame(0xc0, 8).reason, "");
    Bytes bmp = encoded(".bmp", smoothPicture(8, 8));
    bmp[30] = 1; // run lengths
    EXPECT_EQ(verdictOf(bmp), PictureVerdict::unsupported);
    Bytes deep = encoded(".tiff", {2, 2, 1, {0, 0, 0, 0}});
    deep[8 + 2 + 2 * 12 + 8] = 33; // bits a sample
    EXPECT_EQ(verdictOf(deep), PictureVerdict::unsupported);
}

TEST(PictureVerdict, SizesHaveLimits) {
    EXPECT_EQ(verdictOf(encoded(".png", smoothPicture(2, 40))), PictureVerdict::tooSmall);
    EXPECT_EQ(verdictOf(encoded(".png", smoothPicture(40, 2))), PictureVerdict::tooSmall);
    EXPECT_EQ(verdictOf(encoded(".png", smoothPicture(3, 3))), PictureVerdict::ok);
    Bytes png = encoded(".png", smoothPicture(8, 8));
    const Bytes hundredThousand{0, 1, 0x86, 0xa0};
    std::copy(hundredThousand.begin(), hundredThousand.end(), png.begin() + 16);
    std::copy(hundredThousand.begin(), hundredThousand.end(), png.begin() + 20);
    EXPECT_EQ(verdictOf(png), PictureVerdict::tooLarge);
    png[17] = png[21] = 0; // 34464 a side
    EXPECT_EQ(verdictOf(png), PictureVerdict::tooLarge);
    png[18] = png[22] = 0x20; // 8352 a side, and whole: it cannot be that the file is cut off
    EXPECT_EQ(verdictOf(png), PictureVerdict::unreadable);
}

} // namespace
} // namespace dinoscope
