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

Image applyOperation(const Image& source, const json& entry) {
    const std::string op = entry.at("op");
    Image image = source;
    std::uint8_t* data = image.pixels.data();
    const std::size_t pixels = image.pixels.size() / 3;
    if (op == "resized_crop" || op == "horizontal_flip") {
        const bool flip = op == "horizontal_flip";
        const int size = flip ? source.width : entry.at("size").get<int>();
        image = Image{size, size, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(size) * size * 3)};
        Resampler().bicubic(PictureView(source), flip ? 0 : entry.at("left").get<int>(),
                            flip ? 0 : entry.at("top").get<int>(), flip ? source.width : entry.at("width").get<int>(),
                            flip ? source.height : entry.at("height").get<int>(), size, flip, image.pixels.data());
    } else if (op == "brightness") {
        adjustBrightness(data, pixels, 3, entry.at("factor"));
    } else if (op == "contrast") {
        adjustContrast(data, pixels, 3, entry.at("factor"));
    } else if (op == "saturation") {
        adjustSaturation(data, pixels, entry.at("factor"));
    } else if (op == "hue") {
        shiftHue(data, pixels, entry.at("factor"));
    } else if (op == "gaussian_blur") {
        Blur().gaussian(data, image.width, image.height, 3, entry.at("radius"));
    } else if (op == "solarize") {
        solarize(data, image.pixels.size());
    } else if (op == "grayscale") {
        toGrayscale(data, pixels);
    } else {
        ADD_FAILURE() << "no operation for '" << op << "'";
    }
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

TEST(ImageOps, TheFastestWeighingIsThePlainOne) {
    const std::vector<std::uint8_t> bytes = noise(4000);
    RandomStream random(4, 0, 0, 0, RandomPurpose::preview);
    for (int count = 0; count < 40; ++count) {
        std::vector<std::int32_t> weight;
        for (int i = 0; i < count; ++i)
            weight.push_back(
                static_cast<std::int32_t>(random.uniform(-1.0, 1.4) * (1 << kWeightBits) / std::max(1, count / 2)));
        std::uint8_t plain[kWeighLanes], fast[kWeighLanes];
        weighRowsPlain(bytes.data() + count, 97, weight.data(), count, plain);
        fastestWeighRows()(bytes.data() + count, 97, weight.data(), count, fast);
        EXPECT_TRUE(std::equal(plain, plain + kWeighLanes, fast)) << count;
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
            std::vector<std::uint8_t> after = before;
            shiftHue(after.data(), pixels, shift);
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
    const int size = 37;
    Image plain{size, size, 3, std::vector<std::uint8_t>(size * size * 3)};
    Image flipped = plain;
    Resampler resampler;
    resampler.bicubic(PictureView(source), 5, 9, 61, 48, size, false, plain.pixels.data());
    resampler.bicubic(PictureView(source), 5, 9, 61, 48, size, true, flipped.pixels.data());
    EXPECT_EQ(mirrored(plain).pixels, flipped.pixels);
    resampler.bilinear(PictureView(source), 5.25, 9.5, 61.5, 48, size, false, plain.pixels.data());
    resampler.bilinear(PictureView(source), 5.25, 9.5, 61.5, 48, size, true, flipped.pixels.data());
    EXPECT_EQ(mirrored(plain).pixels, flipped.pixels);
}

TEST(ImageOps, IdentityCropsKeepEveryPixel) {
    for (int channels : {1, 3})
        for (int size : {1, 7, 28, 33}) {
            Image source{size, size, channels,
                         std::vector<std::uint8_t>(static_cast<std::size_t>(size * size * channels))};
            for (std::size_t i = 0; i < source.pixels.size(); ++i)
                source.pixels[i] = static_cast<std::uint8_t>(i * 37 % 251);
            std::vector<std::uint8_t> out(source.pixels.size());
            Resampler resampler;
            resampler.bicubic(PictureView(source), 0, 0, size, size, size, false, out.data());
            EXPECT_EQ(out, source.pixels);
            resampler.bilinear(PictureView(source), 0, 0, size, size, size, false, out.data());
            EXPECT_EQ(out, source.pixels);
        }
}

TEST(ImageOps, BilinearSamplesAreThoseOfAGrid) {
    Image source{9, 6, 1, std::vector<std::uint8_t>(54)};
    for (std::size_t i = 0; i < 54; ++i)
        source.pixels[i] = static_cast<std::uint8_t>(i * i % 256);
    const double left = 1.3, top = -0.0, width = 6.9, height = 6.0;
    const int size = 5;
    std::vector<std::uint8_t> out(size * size);
    Resampler().bilinear(PictureView(source), left, top, width, height, size, false, out.data());
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
                blur.gaussian(flat.data(), side, side, channels, radius);
                blur.binomial(flat.data(), side, side, channels);
                for (std::uint8_t value : flat)
                    ASSERT_EQ(value, 93) << side << " " << radius;
            }
}

TEST(ImageOps, BinomialBlurIsTheThreeByThreeFilter) {
    std::vector<std::uint8_t> image(25, 0);
    image[12] = 160;
    Blur().binomial(image.data(), 5, 5, 1);
    const std::vector<std::uint8_t> expected{0,  0, 0, 0,  0,  0,  10, 20, 10, 0, 0, 20, 40,
                                             20, 0, 0, 10, 20, 10, 0,  0,  0,  0, 0, 0};
    EXPECT_EQ(image, expected);
}

TEST(ImageOps, GreyPicturesTakeBrightnessContrastAndSolarize) {
    std::vector<std::uint8_t> image{0, 50, 100, 250};
    adjustBrightness(image.data(), 4, 1, 1.2);
    EXPECT_EQ(image, (std::vector<std::uint8_t>{0, 60, 120, 255}));
    adjustContrast(image.data(), 4, 1, 0.5); // mean 108.75, rounded to 109
    EXPECT_EQ(image, (std::vector<std::uint8_t>{54, 84, 114, 182}));
    solarize(image.data(), 4);
    EXPECT_EQ(image, (std::vector<std::uint8_t>{54, 84, 114, 73}));
}

} // namespace
} // namespace dinoscope
