// SPDX-License-Identifier: GPL-3.0-or-later
// TIFF files of 16 bits and of inks, in rows and tiles, together and in planes. What must come out was recorded with
// Pillow 13.0 (rows; Image.open(file).convert("RGB")); for `upright` alpha is laid over white and grey of 16 bits
// divided.
#include "engine/data/picture_decoder.h"
#include "engine/data/picture_error.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace dinoscope {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kWhiteIsZero = 0, kBlackIsZero = 1, kColors = 2, kInks = 5; // photometric
constexpr std::uint32_t kUnspecified = 0, kMultiplied = 1, kApart = 2;              // extra sample
constexpr std::uint32_t kShort = 3, kLong = 4;

struct Form {
    bool littleEndian = true, tiles = false, planes = false;
};
const std::vector<Form> kForms{{true, false, false}, {false, false, false}, {true, true, false},
                               {false, true, false}, {true, false, true},   {false, true, true}};

struct Pixels {
    std::uint32_t photometric = kColors;
    std::size_t samples = 3, bits = 8;
    std::vector<std::uint32_t> values; ///< of eight pixels, which are repeated
    std::optional<std::uint32_t> extra = {};
};

constexpr std::size_t kWidth = 20, kHeight = 18, kTile = 16, kKinds = 8;

/// Which of the eight pixels stands at a place.
std::size_t kindAt(std::size_t x, std::size_t y) { return (x + 3 * y) % kKinds; }

/// Writes a file without compression as TIFF 6.0 says.
class Writer {
public:
    Writer(const Pixels& pixels, const Form& form) : pixels_(pixels), form_(form) {}

    Bytes file() {
        const std::size_t planes = form_.planes ? pixels_.samples : 1;
        put(form_.littleEndian ? 0x4949 : 0x4d4d, 2);
        put(42, 2);
        put(0, 4); // where the directory lies
        std::vector<std::uint32_t> begins, lengths;
        for (std::size_t plane = 0; plane < planes; ++plane)
            for (std::size_t top = 0; top < kHeight; top += high())
                for (std::size_t left = 0; left < kWidth; left += wide()) {
                    begins.push_back(static_cast<std::uint32_t>(bytes_.size()));
                    part(left, top, plane);
                    lengths.push_back(static_cast<std::uint32_t>(bytes_.size()) - begins.back());
                }
        addEntries(begins, lengths);
        writeDirectory();
        return bytes_;
    }

private:
    struct Entry {
        std::uint32_t tag, type;
        std::vector<std::uint32_t> values;
    };

    std::size_t wide() const { return form_.tiles ? kTile : kWidth; }
    std::size_t high() const { return form_.tiles ? kTile : kHeight; }

    void put(std::uint32_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * (form_.littleEndian ? i : size - 1 - i)));
    }
    void part(std::size_t left, std::size_t top, std::size_t plane) {
        for (std::size_t y = top; y < top + high(); ++y)
            for (std::size_t x = left; x < left + wide(); ++x)
                for (std::size_t s = 0; s < pixels_.samples; ++s)
                    if (!form_.planes || s == plane)
                        put(pixels_.values[kindAt(x, y) * pixels_.samples + s], pixels_.bits / 8);
    }
    void addEntries(const std::vector<std::uint32_t>& begins, const std::vector<std::uint32_t>& lengths) {
        add(256, kShort, {kWidth});
        add(257, kShort, {kHeight});
        add(258, kShort, std::vector<std::uint32_t>(pixels_.samples, static_cast<std::uint32_t>(pixels_.bits)));
        add(259, kShort, {1}); // no compression
        add(262, kShort, {pixels_.photometric});
        if (!form_.tiles)
            add(273, kLong, begins);
        add(277, kShort, {static_cast<std::uint32_t>(pixels_.samples)});
        if (!form_.tiles) {
            add(278, kShort, {kHeight});
            add(279, kLong, lengths);
        }
        add(284, kShort, {form_.planes ? 2U : 1U});
        if (form_.tiles) {
            add(322, kShort, {kTile});
            add(323, kShort, {kTile});
            add(324, kLong, begins);
            add(325, kLong, lengths);
        }
        if (pixels_.extra)
            add(338, kShort, {*pixels_.extra});
    }
    void add(std::uint32_t tag, std::uint32_t type, std::vector<std::uint32_t> values) {
        entries_.push_back({tag, type, std::move(values)});
    }
    void writeDirectory() {
        std::vector<std::uint32_t> places;
        const auto sizeOf = [](const Entry& entry) { return entry.type == kShort ? std::size_t{2} : std::size_t{4}; };
        for (const Entry& entry : entries_) {
            places.push_back(static_cast<std::uint32_t>(bytes_.size()));
            if (entry.values.size() * sizeOf(entry) > 4)
                for (const std::uint32_t value : entry.values)
                    put(value, sizeOf(entry));
        }
        bytes_.resize(bytes_.size() + bytes_.size() % 2);
        const auto directory = static_cast<std::uint32_t>(bytes_.size());
        put(static_cast<std::uint32_t>(entries_.size()), 2);
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const Entry& entry = entries_[i];
            put(entry.tag, 2);
            put(entry.type, 2);
            put(static_cast<std::uint32_t>(entry.values.size()), 4);
            const std::size_t end = bytes_.size() + 4;
            if (entry.values.size() * sizeOf(entry) > 4)
                put(places[i], 4);
            else
                for (const std::uint32_t value : entry.values)
                    put(value, sizeOf(entry));
            bytes_.resize(end);
        }
        put(0, 4);
        Bytes rest = std::exchange(bytes_, {});
        put(directory, 4);
        std::copy(bytes_.begin(), bytes_.end(), rest.begin() + 4);
        bytes_ = std::move(rest);
    }

    const Pixels& pixels_;
    const Form form_;
    std::vector<Entry> entries_;
    Bytes bytes_;
};

/// Decodes the picture in every form in which its samples can lie, in both ways of loading.
void expectColors(const Pixels& pixels, const Bytes& upright, const Bytes& official) {
    for (const Form& form : kForms)
        for (const bool asOfficial : {false, true}) {
            Image image;
            decodePicture(Writer(pixels, form).file(), "it", image, {asOfficial});
            const Bytes& expected = asOfficial ? official : upright;
            ASSERT_EQ(image.width, static_cast<int>(kWidth));
            ASSERT_EQ(image.height, static_cast<int>(kHeight));
            for (std::size_t y = 0; y < kHeight; ++y)
                for (std::size_t x = 0; x < kWidth; ++x)
                    for (std::size_t c = 0; c < 3; ++c)
                        ASSERT_EQ(image.pixels[(y * kWidth + x) * 3 + c], expected[kindAt(x, y) * 3 + c])
                            << (form.littleEndian ? "II" : "MM") << (form.tiles ? " tiles" : " rows")
                            << (form.planes ? " planes" : "") << (asOfficial ? " official" : "") << " pixel "
                            << kindAt(x, y) << " channel " << c;
        }
}

Bytes repeated(const Bytes& grey) {
    Bytes colors;
    for (const std::uint8_t value : grey)
        colors.insert(colors.end(), 3, value);
    return colors;
}

TEST(TiffSamples, GreyOf16Bits) {
    const Pixels grey{kBlackIsZero, 1, 16, {0, 127, 128, 255, 256, 32767, 65407, 65535}};
    expectColors(grey, repeated({0, 0, 0, 0, 1, 127, 255, 255}), repeated({0, 127, 128, 255, 255, 255, 255, 255}));
    Pixels inverted = grey;
    inverted.photometric = kWhiteIsZero;
    expectColors(inverted, repeated({255, 255, 255, 255, 254, 128, 0, 0}),
                 repeated({0, 127, 128, 255, 255, 255, 255, 255}));
}

TEST(TiffSamples, ColorsOf16Bits) {
    const Pixels colors{kColors, 3, 16, {0,     127,  128,   255,   256,   32767, 65407, 65408,
                                         65535, 1000, 20000, 30000, 40000, 50000, 60000, 129,
                                         383,   384,  385,   640,   641,   5,     6,     65279}};
    const Bytes upper{0, 0, 0, 0, 1, 127, 255, 255, 255, 3, 78, 117, 156, 195, 234, 0, 1, 1, 1, 2, 2, 0, 0, 254};
    expectColors(colors, upper, upper);
}

TEST(TiffSamples, AlphaOf16Bits) {
    Pixels alpha{kColors,
                 4,
                 16,
                 {0,     65535, 30000, 65535, 0,    65535, 30000, 0,     51400, 25700, 12850,
                  32896, 257,   514,   771,   1028, 65535, 65535, 65535, 32768, 4096,  8192,
                  16384, 49152, 0,     0,     0,    65535, 5,     6,     7,     255},
                 kApart};
    const Bytes stored{0, 255, 117, 0, 255, 117, 200, 100, 50, 1, 2, 3, 255, 255, 255, 16, 32, 64, 0, 0, 0, 0, 0, 0};
    const Bytes overWhite{0,   255, 117, 255, 255, 255, 227, 177, 152, 251, 251, 251,
                          255, 255, 255, 75,  87,  111, 0,   0,   0,   255, 255, 255};
    expectColors(alpha, overWhite, stored);
    alpha.extra.reset(); // nothing is said of the fourth sample
    expectColors(alpha, overWhite, stored);
    alpha.extra = kUnspecified; // or that it is something else
    expectColors(alpha, stored, stored);
}

TEST(TiffSamples, MultipliedAlphaOf16Bits) {
    const Pixels alpha{kColors,
                       4,
                       16,
                       {0,     65535, 30000, 65535, 0,    0,     0,     0,     25700, 12850, 6425,
                        32896, 257,   514,   771,   1028, 32768, 32768, 32768, 32768, 4096,  8192,
                        16384, 49152, 0,     0,     0,    65535, 5,     6,     7,     255},
                       kMultiplied};
    expectColors(alpha, {0,   255, 117, 255, 255, 255, 227, 177, 152, 252, 253, 254,
                         255, 255, 255, 79,  95,  127, 0,   0,   0,   255, 255, 255},
                 {0, 255, 117, 0, 0, 0, 199, 99, 49, 63, 127, 191, 255, 255, 255, 21, 42, 85, 0, 0, 0, 0, 0, 0});
}

TEST(TiffSamples, InksOf8And16Bits) {
    Pixels inks{kInks, 4, 8, {0, 0,   0,   0,   255, 255, 255, 255, 10,  20, 30,  40, 200, 100, 50, 25,
                              1, 254, 128, 127, 77,  3,   249, 130, 255, 0,  128, 1,  9,   200, 31, 254}};
    const Bytes colors{255, 255, 255, 0,  0,   0, 207, 198, 190, 50, 140, 185,
                       127, 1,   64,  87, 124, 3, 0,   254, 127, 1,  0,   1};
    expectColors(inks, colors, colors);
    inks.bits = 16;
    for (std::uint32_t& value : inks.values)
        value = 256 * value + 255 - value;
    expectColors(inks, colors, colors);
}

TEST(TiffSamples, WhatIsNotReadSaysSo) {
    Pixels deep{kInks, 4, 32, std::vector<std::uint32_t>(32, 7)};
    Image image;
    try {
        decodePicture(Writer(deep, {}).file(), "it", image);
        ADD_FAILURE();
    } catch (const PictureError& error) {
        EXPECT_EQ(error.verdict(), PictureVerdict::unsupported) << error.what();
        EXPECT_NE(std::string(error.what()).find("save it as PNG"), std::string::npos);
    }
}

} // namespace
} // namespace dinoscope
