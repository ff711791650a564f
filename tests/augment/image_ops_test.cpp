// SPDX-License-Identifier: GPL-3.0-or-later
// Pixel operations against pictures that Pillow and torchvision wrote.
#include "engine/augment/blur.h"
#include "engine/augment/color_ops.h"
#include "engine/augment/resample.h"
#include "engine/support/random.h"
#include "tests/augment/png_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>

namespace dinoscope {
namespace {

using nlohmann::json;

/// Does something to a picture as planes.
template <class Change> void change(Image& image, const Change& doChange) {
    std::vector<std::uint8_t> values(image.pixels.size());
    const Planes planes{values.data(), image.width, image.height, image.channels};
    separate(image.pixels.data(), planes);
    doChange(planes);
    interleave(planes, image.pixels.data());
}

Image resized(const Image& source, const PictureBox& box, int size, bool flipped, Resampler resampler = Resampler()) {
    Image image{size, size, source.channels, {}};
    image.pixels.resize(static_cast<std::size_t>(size * size * source.channels));
    change(image, [&](const Planes& out) { resampler.bicubic(PictureView(source), box, flipped, out); });
    return image;
}

Image sampled(const Image& source, const PictureBox& box, int size, bool flipped) {
    Image image{size, size, source.channels, {}};
    image.pixels.resize(static_cast<std::size_t>(size * size * source.channels));
    change(image, [&](const Planes& out) { Resampler().bilinear(PictureView(source), box, flipped, out); });
    return image;
}

Image applyOperation(const Image& source, const json& entry) {
    const std::string op = entry.at("op");
    Image image = source;
    if (op == "resized_crop")
        return resized(source, {entry.at("left"), entry.at("top"), entry.at("width"), entry.at("height")},
                       entry.at("size"), false);
    change(image, [&](const Planes& view) {
        if (op == "brightness")
            adjustBrightness(view, entry.at("factor"));
        else if (op == "contrast")
            adjustContrast(view, entry.at("factor"));
        else if (op == "saturation")
            adjustSaturation(view, entry.at("factor"));
        else if (op == "hue")
            shiftHue(view, entry.at("factor"));
        else if (op == "gaussian_blur")
            Blur().gaussian(view, entry.at("radius"));
        else if (op == "solarize")
            solarize(view);
        else if (op == "grayscale")
            toGrayscale(view);
        else
            ADD_FAILURE() << "no operation for '" << op << "'";
    });
    return image;
}

struct Difference {
    int largest = 0;
    double mean = 0;
};

Difference compare(const Image& a, const Image& b) {
    Difference difference;
    EXPECT_EQ(a.width, b.width);
    EXPECT_EQ(a.height, b.height);
    EXPECT_EQ(a.pixels.size(), b.pixels.size());
    if (a.pixels.size() != b.pixels.size())
        return {255, 255};
    for (std::size_t i = 0; i < a.pixels.size(); ++i) {
        const int d = std::abs(int{a.pixels[i]} - int{b.pixels[i]});
        difference.largest = std::max(difference.largest, d);
        difference.mean += d;
    }
    difference.mean /= static_cast<double>(a.pixels.size());
    return difference;
}

/// The source is not square; a mirrored copy of it is made row by row here.
Image mirrored(const Image& source) {
    Image image = source;
    for (int y = 0; y < source.height; ++y)
        for (int x = 0; x < source.width; ++x)
            for (int c = 0; c < 3; ++c)
                image.pixels[static_cast<std::size_t>((y * source.width + x) * 3 + c)] =
                    source.pixels[static_cast<std::size_t>((y * source.width + source.width - 1 - x) * 3 + c)];
    return image;
}

TEST(ImageOps, EqualTheRecordedPictures) {
    const auto folder = testing::referenceFolder() / "image-ops";
    const Image source = testing::readPng(folder / "source.png");
    const json manifest = json::parse(std::ifstream(folder / "manifest.json"));
    ASSERT_FALSE(manifest.empty());
    for (const json& entry : manifest) {
        const std::string file = entry.at("file");
        SCOPED_TRACE(file);
        const Image expected = testing::readPng(folder / file);
        if (entry.at("op") == "horizontal_flip") {
            EXPECT_EQ(mirrored(source).pixels, expected.pixels);
            continue;
        }
        const Difference difference = compare(applyOperation(source, entry), expected);
        RecordProperty(file, std::to_string(difference.largest) + " " + std::to_string(difference.mean));
        const std::string op = entry.at("op");
        const bool resampled = op == "resized_crop" || op == "gaussian_blur";
        EXPECT_LE(difference.largest, resampled ? 2 : 1);
        EXPECT_LE(difference.mean, 0.3);
    }
}

std::vector<std::uint8_t> noise(std::size_t bytes) {
    RandomStream random(3, 0, 0, 0, RandomPurpose::preview);
    std::vector<std::uint8_t> values(bytes);
    for (std::uint8_t& value : values)
        value = static_cast<std::uint8_t>(random.nextU32());
    return values;
}

TEST(ImageOps, EveryWayOfWeighingGivesTheBytesOfThePlainOne) {
    ASSERT_STREQ(weighers().front().name, "plain");
    for (int channels : {1, 3})
        for (const auto& [width, height] : {std::pair{1, 1}, {3, 50}, {17, 16}, {65, 33}, {331, 90}}) {
            Image source{width, height, channels, noise(static_cast<std::size_t>(width * height * channels))};
            for (int size : {1, 5, 16, 37, 96})
                for (const PictureBox& box :
                     {PictureBox{0, 0, double(width), double(height)},
                      PictureBox{double(width / 3), double(height / 3), (width + 2) / 3.0, (height + 2) / 3.0}}) {
                    const Image plain = resized(source, box, size, size == 37, Resampler(weighers().front()));
                    for (const Weigher& weigher : weighers())
                        EXPECT_EQ(resized(source, box, size, size == 37, Resampler(weigher)).pixels, plain.pixels)
                            << weigher.name << " " << width << " x " << height << " to " << size;
                }
        }
}

TEST(ImageOps, BoxesBetweenPixelsKeepTheirPlace) {
    Image ramp{60, 40, 1, {}};
    for (int y = 0; y < 40; ++y)
        for (int x = 0; x < 60; ++x)
            ramp.pixels.push_back(static_cast<std::uint8_t>(4 * x));
    const Image moved = resized(ramp, {10.25, 3.5, 32, 32}, 16, false);
    for (int x = 2; x < 14; ++x) // away from the borders, where the filter is cut
        EXPECT_NEAR(moved.pixels[static_cast<std::size_t>(5 * 16 + x)], 4 * (10.25 + 2 * (x + 0.5) - 0.5), 1.0);
}

/// Pillow's conversion of one pixel, with the widths of its intermediate results.
std::array<int, 3> pillowHsv(int r, int g, int b) {
    const int high = std::max({r, g, b}), low = std::min({r, g, b});
    if (high == low)
        return {0, 0, high};
    const auto range = static_cast<float>(high - low);
    const float saturation = range / static_cast<float>(high);
    const float red = static_cast<float>(high - r) / range, green = static_cast<float>(high - g) / range;
    const float blue = static_cast<float>(high - b) / range;
    const float sector = r == high   ? blue - green
                         : g == high ? static_cast<float>(2.0 + red - blue)
                                     : static_cast<float>(4.0 + green - red);
    const auto hue = static_cast<float>(std::fmod(sector / 6.0 + 1.0, 1.0));
    return {static_cast<int>(hue * 255.0), static_cast<int>(saturation * 255.0), high};
}

/// And back.
std::array<int, 3> pillowRgb(int hue, int saturation, int value) {
    const int whole = hue * 6 / 255;
    const auto rest = static_cast<float>(hue * 6.0 / 255.0 - whole), s = static_cast<float>(saturation / 255.0);
    const int p = static_cast<int>(value * (1.0 - s) + 0.5);
    const int q = static_cast<int>(value * (1.0 - static_cast<double>(s) * rest) + 0.5);
    const int t = static_cast<int>(value * (1.0 - s * (1.0 - rest)) + 0.5);
    switch (whole % 6) {
    case 0: return {value, t, p};
    case 1: return {q, value, p};
    case 2: return {p, value, t};
    case 3: return {p, q, value};
    case 4: return {t, p, value};
    default: return {value, p, q};
    }
}

/// All 2^24 colours, without a shift and with a few: every hue, saturation and value is met on the way back.
TEST(ImageOps, HueGivesPillowsBytesForEveryColor) {
    constexpr int kColors = 256 * 256;
    std::vector<std::uint8_t> values(3 * kColors);
    const Planes view{values.data(), 256, 256, 3};
    for (int red = 0; red < 256; ++red)
        for (double shift : {0.0, -0.5, 0.07 + red / 700.0}) {
            const int added = static_cast<int>(shift * 255.0);
            for (int i = 0; i < kColors; ++i) {
                view.plane(0)[i] = static_cast<std::uint8_t>(red);
                view.plane(1)[i] = static_cast<std::uint8_t>(i >> 8);
                view.plane(2)[i] = static_cast<std::uint8_t>(i & 255);
            }
            shiftHue(view, shift);
            int wrong = 0;
            for (int i = 0; i < kColors; ++i) {
                const auto [hue, saturation, value] = pillowHsv(red, i >> 8, i & 255);
                const auto expected = pillowRgb((hue + added) & 255, saturation, value);
                wrong += view.plane(0)[i] != expected[0] || view.plane(1)[i] != expected[1] ||
                         view.plane(2)[i] != expected[2];
            }
            ASSERT_EQ(wrong, 0) << "red " << red << ", shift " << shift;
        }
}

/// The hue step of one pixel with the textbook formulas in double precision; off by one level at most.
std::array<double, 3> turnedHue(const std::uint8_t* rgb, double shift) {
    const double r = rgb[0], g = rgb[1], b = rgb[2];
    const double high = std::max({r, g, b}), range = high - std::min({r, g, b});
    double turn = range == 0 ? 0 : r == high ? (g - b) / range : g == high ? 2 + (b - r) / range : 4 + (r - g) / range;
    turn = std::floor(std::fmod(turn / 6 + 1, 1.0) * 255 + 1e-4);
    const double saturation = high == 0 ? 0 : std::floor(range / high * 255 + 1e-4) / 255;
    const double hue = std::fmod(turn + std::trunc(shift * 255) + 256, 256.0) * 6 / 255;
    std::array<double, 3> out{};
    for (int c = 0; c < 3; ++c) {
        const double k = std::fmod((c == 0 ? 5 : c == 1 ? 3 : 1) + hue, 6.0);
        out[static_cast<std::size_t>(c)] = high - high * saturation * std::clamp(std::min(k, 4 - k), 0.0, 1.0);
    }
    return out;
}

TEST(ImageOps, HueTurnsEveryPixelOfAnyNumber) {
    for (std::size_t pixels : {1u, 255u, 256u, 257u, 5000u})
        for (double shift : {-0.5, -0.08, 0.03, 0.5}) {
            const std::vector<std::uint8_t> before = noise(pixels * 3);
            Image turned{static_cast<int>(pixels), 1, 3, before};
            change(turned, [&](const Planes& view) { shiftHue(view, shift); });
            const std::vector<std::uint8_t>& after = turned.pixels;
            // A hue that lies on the border between two levels may fall to either: up to 6 levels of colour.
            int beyondOne = 0;
            for (std::size_t i = 0; i < pixels; ++i) {
                const auto expected = turnedHue(before.data() + 3 * i, shift);
                for (std::size_t c = 0; c < 3; ++c) {
                    const double off = std::abs(after[3 * i + c] - expected[c]);
                    EXPECT_LE(off, 7.0) << i;
                    beyondOne += off > 1.001;
                }
            }
            EXPECT_LE(beyondOne, static_cast<int>(pixels) / 50);
        }
}

TEST(ImageOps, FlippedCropMirrorsTheCrop) {
    const Image source = testing::readPng(testing::referenceFolder() / "image-ops" / "source.png");
    const PictureBox whole{5, 9, 61, 48}, between{5.25, 9.5, 61.5, 48};
    EXPECT_EQ(mirrored(resized(source, whole, 37, false)).pixels, resized(source, whole, 37, true).pixels);
    EXPECT_EQ(mirrored(sampled(source, between, 37, false)).pixels, sampled(source, between, 37, true).pixels);
}

TEST(ImageOps, IdentityCropsKeepEveryPixel) {
    for (int channels : {1, 3})
        for (int size : {1, 7, 28, 33}) {
            Image source{size, size, channels,
                         std::vector<std::uint8_t>(static_cast<std::size_t>(size * size * channels))};
            for (std::size_t i = 0; i < source.pixels.size(); ++i)
                source.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
            const PictureBox whole{0, 0, double(size), double(size)};
            EXPECT_EQ(resized(source, whole, size, false).pixels, source.pixels);
            EXPECT_EQ(sampled(source, whole, size, false).pixels, source.pixels);
        }
}

TEST(ImageOps, BilinearSamplesAreThoseOfAGrid) {
    Image source{9, 6, 1, std::vector<std::uint8_t>(54)};
    for (std::size_t i = 0; i < 54; ++i)
        source.pixels[i] = static_cast<std::uint8_t>(i * i % 256);
    const double left = 1.3, top = -0.0, width = 6.9, height = 6.0;
    const int size = 5;
    const std::vector<std::uint8_t> out = sampled(source, {left, top, width, height}, size, false).pixels;
    const auto pixel = [&](int x, int y) {
        return static_cast<double>(
            source.pixels[static_cast<std::size_t>(std::clamp(y, 0, 5) * 9 + std::clamp(x, 0, 8))]);
    };
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x) {
            const double px = left + (x + 0.5) / size * width - 0.5, py = top + (y + 0.5) / size * height - 0.5;
            const int ix = static_cast<int>(std::floor(px)), iy = static_cast<int>(std::floor(py));
            const double fx = px - ix, fy = py - iy;
            const double expected = (pixel(ix, iy) * (1 - fx) + pixel(ix + 1, iy) * fx) * (1 - fy) +
                                    (pixel(ix, iy + 1) * (1 - fx) + pixel(ix + 1, iy + 1) * fx) * fy;
            EXPECT_NEAR(out[static_cast<std::size_t>(y * size + x)], expected, 0.75) << x << ", " << y;
        }
}

TEST(ImageOps, BoxRadiusFollowsTheGaussian) {
    EXPECT_NEAR(Blur::boxRadius(0.5), 0.0455, 5e-5);
    EXPECT_NEAR(Blur::boxRadius(1.0), 0.25, 1e-12);
    EXPECT_NEAR(Blur::boxRadius(1.5), 1.0385, 5e-5);
    EXPECT_NEAR(Blur::boxRadius(2.0), 1.375, 1e-12);
}

TEST(ImageOps, BlurKeepsFlatPicturesAndTinyOnes) {
    Blur blur;
    for (int channels : {1, 3})
        for (int side : {1, 2, 3, 14})
            for (double radius : {0.1, 0.9, 2.0, 7.5}) {
                std::vector<std::uint8_t> flat(static_cast<std::size_t>(side * side * channels), 93);
                blur.gaussian({flat.data(), side, side, channels}, radius);
                blur.binomial({flat.data(), side, side, channels});
                for (std::uint8_t value : flat)
                    ASSERT_EQ(value, 93) << side << " " << radius;
            }
}

TEST(ImageOps, BinomialBlurIsTheThreeByThreeFilter) {
    std::vector<std::uint8_t> image(25, 0);
    image[12] = 160;
    Blur().binomial({image.data(), 5, 5, 1});
    const std::vector<std::uint8_t> expected{0,  0, 0, 0,  0,  0,  10, 20, 10, 0, 0, 20, 40,
                                             20, 0, 0, 10, 20, 10, 0,  0,  0,  0, 0, 0};
    EXPECT_EQ(image, expected);
}

TEST(ImageOps, GreyPicturesTakeBrightnessContrastAndSolarize) {
    std::vector<std::uint8_t> image{0, 50, 100, 250};
    const Planes view{image.data(), 4, 1, 1};
    adjustBrightness(view, 1.2);
    EXPECT_EQ(image, (std::vector<std::uint8_t>{0, 60, 120, 255}));
    adjustContrast(view, 0.5); // mean 108.75, rounded to 109
    EXPECT_EQ(image, (std::vector<std::uint8_t>{54, 84, 114, 182}));
    solarize(view);
    EXPECT_EQ(image, (std::vector<std::uint8_t>{54, 84, 114, 73}));
}

} // namespace
} // namespace dinoscope
