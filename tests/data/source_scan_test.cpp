// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/source_scan.h"

#include "engine/data/memory_source.h"
#include "engine/data/open_source.h"
#include "engine/data/small_picture.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include <sys/stat.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using testing::encoded;
using testing::smoothPicture;
using testing::writeBytes;
using testing::writePicture;

ScanFindings scanned(const ImageSourcePtr& source, int threads, ScanExtras extras = {}) {
    SourceScan scan(source, threads, extras);
    while (scan.wait(std::chrono::seconds(10))) {
    }
    EXPECT_EQ(scan.done(), source->count());
    return scan.findings();
}

std::int64_t countOf(const ScanFindings& findings, PictureVerdict verdict) {
    return findings.counts[static_cast<std::size_t>(verdict)];
}

TEST(SourceScan, NamesEachFileThatCannotBeUsedInTheOrderOfTheFiles) {
    const testing::ScratchFolder folder;
    for (int i = 0; i < 70; ++i)
        writePicture(folder / ("c" + std::to_string(i % 2)) / (std::to_string(100 + i) + ".png"), 20 + i, 10 + i, i);
    const std::vector<std::uint8_t> whole = encoded(".jpg", smoothPicture(40, 40));
    writeBytes(folder / "c0/a.jpg", {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2)});
    writeBytes(folder / "c0/b.png", {'t', 'e', 'x', 't'});
    writeBytes(folder / "c1/c.jpg", {});
    writePicture(folder / "c1/d.png", 1, 40);
    fs::create_symlink("nowhere", folder / "c1/e.png");
    const ImageSourcePtr source = openSource(folder.path()).train;
    for (const int threads : {1, 3}) {
        const ScanFindings findings = scanned(source, threads);
        EXPECT_EQ(countOf(findings, PictureVerdict::ok), 70);
        ASSERT_EQ(findings.problems.size(), 5U);
        const std::pair<const char*, PictureVerdict> expected[] = {{"c0/a.jpg", PictureVerdict::truncated},
                                                                   {"c0/b.png", PictureVerdict::unsupported},
                                                                   {"c1/c.jpg", PictureVerdict::truncated},
                                                                   {"c1/d.png", PictureVerdict::tooSmall},
                                                                   {"c1/e.png", PictureVerdict::unreadable}};
        for (std::size_t i = 0; i < 5; ++i) {
            const ScanReport::Problem& problem = findings.problems[i];
            EXPECT_EQ(problem.path, (folder / expected[i].first).string());
            EXPECT_EQ(problem.verdict, expected[i].second) << problem.path << ": " << problem.reason;
            EXPECT_TRUE(problem.reason.starts_with("The file ") && problem.reason.ends_with(".")) << problem.reason;
        }
        EXPECT_EQ(findings.leastWidth, 20);
        EXPECT_EQ(findings.mostWidth, 89);
        EXPECT_EQ(findings.leastHeight, 10);
        EXPECT_EQ(findings.mostHeight, 79);
        EXPECT_EQ(findings.sizes[3], 6);  // 10 to 15
        EXPECT_EQ(findings.sizes[4], 16); // 16 to 31
        EXPECT_EQ(findings.sizes[5], 32); // 32 to 63
        EXPECT_EQ(findings.sizes[6], 16); // 64 to 79
    }
}

TEST(SourceScan, KnowsWhatLiesBesideThePictures) {
    const testing::ScratchFolder folder;
    writePicture(folder / "a/1.png");
    fs::create_directories(folder / "a/b.jpg/empty");
    fs::create_directories(folder / "c.jpg");
    writePicture(folder / "d.jpg/1.png"); // an odd name for a class, but it is one
    writeBytes(folder / "a/notes.txt", {'x'});
    writeBytes(folder / "readme", {'x'});
    writeBytes(folder / "a/live.HEIC", {'x'});
    ASSERT_EQ(mkfifo((folder / "a/pipe.png").c_str(), 0600), 0);
    const ImageSourcePtr source = openSource(folder.path()).train;
    EXPECT_EQ(source->count(), 2);
    EXPECT_EQ(source->storedBytes(),
              static_cast<std::int64_t>(fs::file_size(folder / "a/1.png") + fs::file_size(folder / "d.jpg/1.png")));
    const Leftovers leftovers = source->leftovers();
    EXPECT_EQ(leftovers.otherFiles, 2);
    std::vector<std::string> unusable;
    for (const ScanReport::Problem& problem : leftovers.unusable)
        unusable.push_back(problem.path + ": " + std::string(verdictWord(problem.verdict)) + ": " + problem.reason);
    const auto said = [&](const char* path, const char* what) {
        return (folder / path).string() + ": unreadable: This is " + what +
               ", though it has the name of a picture: rename it.";
    };
    EXPECT_EQ(unusable,
              (std::vector<std::string>{
                  (folder / "a/live.HEIC").string() + ": unsupported: The file is a picture of the kind HEIF, which is "
                                                      "not read: save it as JPEG or PNG.",
                  said("a/pipe.png", "a pipe"), said("a/b.jpg", "a folder"), said("c.jpg", "a folder")}));
}

TEST(SourceScan, MeanAndDeviationAreThoseOfTheValuesForAnyNumberOfThreads) {
    std::vector<Image> pictures;
    std::array<double, 3> mean{}, square{};
    for (int i = 0; i < 50; ++i) {
        Image picture{5 + i, 4 + i % 7, 3, testing::bytesOf(smoothPicture(5 + i, 4 + i % 7, i))};
        for (std::size_t c = 0; c < 3; ++c) {
            double sum = 0, squares = 0;
            for (std::size_t at = c; at < picture.pixels.size(); at += 3) {
                sum += picture.pixels[at] / 255.0;
                squares += picture.pixels[at] / 255.0 * (picture.pixels[at] / 255.0);
            }
            mean[c] += sum / static_cast<double>(picture.pixels.size() / 3) / 50;
            square[c] += squares / static_cast<double>(picture.pixels.size() / 3) / 50;
        }
        pictures.push_back(std::move(picture));
    }
    const auto source = std::make_shared<MemorySource>("fifty", std::move(pictures));
    const ScanFindings one = scanned(source, 1, {.colors = true}), four = scanned(source, 4, {.colors = true});
    EXPECT_EQ(std::memcmp(one.means.data(), four.means.data(), sizeof one.means), 0);
    EXPECT_EQ(std::memcmp(one.squares.data(), four.squares.data(), sizeof one.squares), 0);
    const ColorStatistics statistics = colorStatistics(one, 3);
    ASSERT_EQ(statistics.mean.size(), 3U);
    for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(statistics.mean[c], mean[c], 1e-12);
        EXPECT_NEAR(statistics.deviation[c], std::sqrt(square[c] - mean[c] * mean[c]), 1e-12);
    }
    EXPECT_EQ(scanned(source, 1).means[0], 0) << "nobody asked";
    EXPECT_EQ(colorStatistics(scanned(std::make_shared<MemorySource>("grey", std::vector{Image{2, 1, 1, {0, 255}}}), 1,
                                      {.colors = true}),
                              1)
                  .deviation,
              std::vector<double>{0.5});
}

TEST(SourceScan, TheMeanPictureIsTheMeanForAnyNumberOfThreads) {
    std::vector<Image> pictures;
    for (int i = 0; i < 40; ++i)
        pictures.push_back({30 + i, 90 - i, 3, testing::bytesOf(smoothPicture(30 + i, 90 - i, i))});
    for (const int grey : {10, 21}) // two that are even: 15.5 becomes 16
        pictures.push_back({2, 200, 3, std::vector<std::uint8_t>(1200, static_cast<std::uint8_t>(grey))});
    const auto even = std::make_shared<MemorySource>("two", std::vector<Image>(pictures.end() - 2, pictures.end()));
    const auto all = std::make_shared<MemorySource>("forty-two", std::move(pictures));
    const Image one = scanned(all, 1, {.meanPicture = true}).meanPicture.image();
    EXPECT_EQ(one.width, MeanPicture::kSide);
    EXPECT_EQ(one.pixels.size(), 3U * MeanPicture::kSide * MeanPicture::kSide);
    EXPECT_EQ(one.pixels, scanned(all, 4, {.meanPicture = true}).meanPicture.image().pixels);
    EXPECT_EQ(scanned(even, 1, {.meanPicture = true}).meanPicture.image().pixels,
              std::vector<std::uint8_t>(one.pixels.size(), 16));
    EXPECT_TRUE(scanned(all, 1).meanPicture.image().empty()) << "nobody asked";
}

TEST(SmallPicture, EachPixelIsTheMeanOfItsCell) {
    const Image wide{4, 2, 1, {0, 10, 20, 31, 2, 12, 22, 33}};
    EXPECT_EQ(smallPicture(PictureView(wide), 2, 1).pixels, (std::vector<std::uint8_t>{6, 27})) << "26.5 is rounded up";
    EXPECT_EQ(smallPicture(PictureView(wide), 3, 2).pixels, (std::vector<std::uint8_t>{0, 10, 26, 2, 12, 28}));
    EXPECT_EQ(smallPicture(PictureView(wide), 8, 1).pixels, (std::vector<std::uint8_t>{1, 1, 11, 11, 21, 21, 32, 32}));
    const Image same = fittedPicture(PictureView(wide), 4), small = fittedPicture(PictureView(wide), 2);
    EXPECT_EQ(same.pixels, wide.pixels);
    EXPECT_EQ(small.width, 2);
    EXPECT_EQ(small.height, 1);
    const Image line{300, 1, 1, std::vector<std::uint8_t>(300, 7)};
    EXPECT_EQ(fittedPicture(PictureView(line), 10).height, 1);
}

TEST(SourceScan, CanBeGivenUp) {
    const testing::ScratchFolder folder;
    for (int i = 0; i < 200; ++i)
        writePicture(folder / (std::to_string(i) + ".png"), 30, 30, i);
    SourceScan scan(openSource(folder.path()).train, 2);
    scan.wait(std::chrono::seconds(10));
    EXPECT_GT(scan.done(), 0);
}

} // namespace
} // namespace dinoscope
