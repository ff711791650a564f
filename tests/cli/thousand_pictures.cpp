// SPDX-License-Identifier: GPL-3.0-or-later
// thousand_pictures FOLDER: writes 1,000 pictures of mixed formats and sizes in five classes, of which 50 cannot be
// used in ten ways, five each. Prints a line for each of those, "VERDICT<tab>PATH", in no particular order.
#include "engine/api/scan.h"
#include "tests/data/picture_files.h"
#include "tests/data/tiff_files.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using namespace dinoscope;
using namespace dinoscope::testing;

RawPicture greyPicture(int width, int height, int kind, int bits) {
    RawPicture picture{width, height, 1, {}, bits};
    for (int i = 0; i < width * height; ++i)
        picture.values.push_back(static_cast<std::uint16_t>((i * 37 + kind * 11) % (bits == 16 ? 65536 : 256)));
    return picture;
}

RawPicture clearPicture(int width, int height, int kind) {
    RawPicture picture = smoothPicture(width, height, kind);
    std::vector<std::uint16_t> values;
    for (std::size_t i = 0; i < picture.values.size(); i += 3) {
        values.insert(values.end(), picture.values.begin() + static_cast<std::ptrdiff_t>(i),
                      picture.values.begin() + static_cast<std::ptrdiff_t>(i + 3));
        values.push_back(static_cast<std::uint16_t>(i % 256));
    }
    return {width, height, 4, values};
}

struct NamedBytes {
    const char* ending;
    Bytes bytes;
};

/// One good picture; formats and kinds take turns.
NamedBytes goodPicture(int i) {
    const int width = 20 + i % 23, height = 20 + i % 19;
    const RawPicture colors = smoothPicture(width, height, i);
    switch (i % 12) {
    case 0: return {".jpg", encoded(".jpg", colors)};
    case 1: return {".JPEG", encodedProgressiveJpeg(colors)};
    case 2: return {".jpeg", encoded(".jpg", greyPicture(width, height, i, 8))};
    case 3: return {".png", encoded(".png", colors)};
    case 4: return {".png", encoded(".png", greyPicture(width, height, i, 16))};
    case 5: return {".PNG", encoded(".png", clearPicture(width, height, i))};
    case 6: return {".webp", encodedLossyWebp(colors)};
    case 7: return {".webp", encoded(".webp", colors)};
    case 8: return {".bmp", encoded(".bmp", colors)};
    case 9: return {".tif", tiffFile(colors, TiffCoding::lzw, 1 + i % 8)};
    case 10: return {".tiff", tiffFile(colors, TiffCoding::tiles)};
    default: return {".jpg", encoded(".jpg", clearPicture(width, height, i))}; // as CMYK
    }
}

class Folder {
public:
    explicit Folder(fs::path folder) : folder_(std::move(folder)) {}

    /// A path for the next picture, in one of five classes.
    fs::path next(const std::string& what, const std::string& ending) {
        const std::string number = std::to_string(1000 + count_);
        return folder_ / ("class" + std::to_string(count_++ % 5)) / (number + what + ending);
    }
    void good(int i) {
        const NamedBytes picture = goodPicture(i);
        writeBytes(next("", picture.ending), picture.bytes);
    }
    void bad(PictureVerdict verdict, const std::string& what, const std::string& ending, const Bytes& bytes) {
        const fs::path path = next(what, ending);
        writeBytes(path, bytes);
        say(verdict, path);
    }
    void say(PictureVerdict verdict, const fs::path& path) {
        std::cout << verdictWord(verdict) << '\t' << path.string() << '\n';
    }

private:
    const fs::path folder_;
    int count_ = 0;
};

Bytes firstOf(const Bytes& bytes, std::size_t length) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(length, bytes.size()))};
}

/// A PNG file whose header says that it has so many pixels.
Bytes pngOfSize(std::uint32_t width, std::uint32_t height) {
    Bytes png = encoded(".png", smoothPicture(24, 24));
    for (std::size_t i = 0; i < 4; ++i) {
        png[16 + i] = static_cast<std::uint8_t>(width >> (24 - 8 * i));
        png[20 + i] = static_cast<std::uint8_t>(height >> (24 - 8 * i));
    }
    return png;
}

Bytes overwritten(Bytes bytes, std::size_t at, const Bytes& with) {
    std::copy(with.begin(), with.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return bytes;
}

void writeCut(Folder& folder, const std::array<Bytes, 5>& whole, const std::array<const char*, 5>& endings) {
    for (std::size_t i = 0; i < 5; ++i) {
        folder.bad(PictureVerdict::truncated, "cut", endings[i], firstOf(whole[i], whole[i].size() * 2 / 3));
        folder.bad(PictureVerdict::truncated, "empty", endings[i], {});
        folder.bad(PictureVerdict::truncated, "head", endings[i], firstOf(whole[i], 33));
    }
}

void writeDamaged(Folder& folder, const std::array<Bytes, 5>& whole) {
    const Bytes &jpeg = whole[0], &png = whole[1], &webp = whole[2], &tiff = whole[4];
    const auto damaged = [&](const char* ending, const Bytes& bytes) {
        folder.bad(PictureVerdict::unreadable, "damaged", ending, bytes);
    };
    damaged(".jpg", overwritten(jpeg, jpeg.size() / 2, {0xff, 0xd0})); // a marker in the coded data
    damaged(".png", overwritten(png, png.size() / 2, Bytes(8, 0)));    // a checksum that does not hold
    damaged(".png", overwritten(png, 20, {0, 0, 0, 0}));               // no height
    damaged(".webp", overwritten(webp, 25, Bytes(webp.size() - 25, 0)));
    damaged(".tif", overwritten(tiff, 8, Bytes(40, 0xee))); // in packed data, behind the header
}

void writeOthers(Folder& folder, const std::array<Bytes, 5>& whole) {
    const std::string words = "These are words, whatever the name of the file says.\n";
    for (const char* ending : {".jpg", ".png", ".webp", ".bmp", ".tif"})
        folder.bad(PictureVerdict::unsupported, "text", ending, {words.begin(), words.end()});
    const auto rare = [&](const char* ending, const Bytes& bytes) {
        folder.bad(PictureVerdict::unsupported, "rare", ending, bytes);
    };
    rare(".png", {'G', 'I', 'F', '8', '9', 'a', 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, ';'});
    rare(".jpg", {0, 0, 0, 24, 'f', 't', 'y', 'p', 'h', 'e', 'i', 'c', 0, 0, 0, 0, 'm', 'i', 'f', '1', 0, 0, 0, 0});
    rare(".bmp", overwritten(whole[3], 30, {1})); // run lengths
    const Bytes frame{0xff, 0xc0, 0, 17, 8};
    const auto at = std::search(whole[0].begin(), whole[0].end(), frame.begin(), frame.end()) - whole[0].begin();
    rare(".jpg", overwritten(whole[0], static_cast<std::size_t>(at), {0xff, 0xc1, 0, 17, 12})); // 12 bits
    rare(".webp", {'R', 'I', 'F', 'F', 22, 0, 0, 0, 'W', 'E', 'B', 'P', 'V', 'P', '8',
                   'X', 10,  0,   0,   0,  2, 0, 0, 0,   23,  0,   0,   23,  0,   0}); // animated
}

void writeSizes(Folder& folder) {
    const std::array<std::pair<std::uint32_t, std::uint32_t>, 5> large{
        {{100'000, 100'000}, {65'000, 65'000}, {20'000, 5'001}, {65'501, 3}, {3, 65'501}}};
    for (const auto& [width, height] : large)
        folder.bad(PictureVerdict::tooLarge, "large", ".png", pngOfSize(width, height));
    for (const auto& [width, height] : {std::pair(1, 1), {1, 40}, {40, 2}, {2, 2}, {2, 30}})
        folder.bad(PictureVerdict::tooSmall, "small", ".png", encoded(".png", smoothPicture(width, height)));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return 2;
    Folder folder(argv[1]);
    const RawPicture picture = smoothPicture(48, 40, 3);
    const std::array<const char*, 5> endings{".jpg", ".png", ".webp", ".bmp", ".tif"};
    const std::array<Bytes, 5> whole{encoded(".jpg", picture), encoded(".png", picture), encoded(".webp", picture),
                                     encoded(".bmp", picture), tiffFile(picture, TiffCoding::deflate)};
    for (int i = 0; i < 500; ++i)
        folder.good(i);
    writeCut(folder, whole, endings);
    writeDamaged(folder, whole);
    writeOthers(folder, whole);
    writeSizes(folder);
    for (int i = 0; i < 5; ++i) {
        const fs::path link = folder.next("gone", ".jpg"), inner = folder.next("folder", ".jpg");
        fs::create_directories(link.parent_path());
        fs::create_symlink("nowhere.jpg", link);
        folder.say(PictureVerdict::unreadable, link);
        fs::create_directories(inner);
        folder.say(PictureVerdict::unreadable, inner);
    }
    for (int i = 500; i < 950; ++i)
        folder.good(i);
    return std::cout.flush() ? EXIT_SUCCESS : EXIT_FAILURE;
}
