// SPDX-License-Identifier: GPL-3.0-or-later
// CIFAR files, several paths as one set, test sets by names, and folders that go away.
#include "engine/data/cifar_source.h"
#include "engine/data/loader.h"
#include "engine/data/name_split.h"
#include "engine/data/open_source.h"
#include "engine/data/picture_error.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using testing::writeBytes;
using testing::writePicture;

std::string openFailure(const std::string& path, const SourceOptions& options = {}) {
    try {
        openSource(path, options);
    } catch (const EngineError& error) {
        return error.what();
    }
    return {};
}

/// Records whose pixel i of plane c is (label + 10 c + i) modulo 256.
Bytes cifarRecords(const std::vector<int>& labels, bool coarse) {
    Bytes bytes;
    for (const int label : labels) {
        if (coarse)
            bytes.push_back(static_cast<std::uint8_t>(label / 5));
        bytes.push_back(static_cast<std::uint8_t>(label));
        for (int c = 0; c < 3; ++c)
            for (int i = 0; i < 1024; ++i)
                bytes.push_back(static_cast<std::uint8_t>(label + 10 * c + i));
    }
    return bytes;
}

void writeText(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

const std::string kTenNames = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

void writeCifarTen(const fs::path& folder) {
    writeBytes(folder / "data_batch_1.bin", cifarRecords({3, 0}, false));
    writeBytes(folder / "data_batch_2.bin", cifarRecords({9}, false));
    writeBytes(folder / "test_batch.bin", cifarRecords({7, 7}, false));
    writeText(folder / "batches.meta.txt", kTenNames);
}

TEST(CifarSource, ReadsTheTenClasses) {
    const testing::ScratchFolder folder;
    writeCifarTen(folder / "cifar-10-batches-bin");
    for (const fs::path& path : {folder.path(), folder / "cifar-10-batches-bin"}) {
        const DataSets sets = openSource(path);
        ASSERT_TRUE(sets.train && sets.test);
        EXPECT_EQ(sets.train->name(), "CIFAR-10, training pictures");
        EXPECT_EQ(sets.train->count(), 3);
        EXPECT_EQ(sets.test->count(), 2);
        EXPECT_EQ(sets.train->classNames().size(), 10U);
        EXPECT_EQ(sets.train->caption(SampleIndex{2}), "CIFAR-10, training pictures: picture 2 (truck)");
        EXPECT_EQ(sets.test->label(SampleIndex{1}), 7);
        EXPECT_EQ(sets.train->uniformSize(), (PictureSize{32, 32}));
        const Image image = sets.train->image(SampleIndex{0});
        for (std::size_t i = 0; i < 1024; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                ASSERT_EQ(image.pixels[3 * i + c], static_cast<std::uint8_t>(3 + 10 * c + i));
        EXPECT_NE(sets.train->fingerprint(), sets.test->fingerprint());
        EXPECT_THROW(sets.train->image(SampleIndex{3}), EngineError);
    }
}

TEST(CifarSource, ReadsTheHundredClasses) {
    const testing::ScratchFolder folder;
    const fs::path place = folder / "cifar-100-binary";
    writeBytes(place / "train.bin", cifarRecords({99, 12}, true));
    writeBytes(place / "test.bin", cifarRecords({4}, true));
    std::string names;
    for (int i = 0; i < 100; ++i)
        names += "kind " + std::to_string(i) + "\r\n";
    writeText(place / "fine_label_names.txt", names);
    const DataSets sets = openSource(folder.path());
    EXPECT_EQ(sets.train->name(), "CIFAR-100, training pictures");
    EXPECT_EQ(sets.train->classNames()[99], "kind 99");
    EXPECT_EQ(sets.train->label(SampleIndex{0}), 99);
    EXPECT_EQ(sets.test->label(SampleIndex{0}), 4);
    EXPECT_EQ(sets.test->image(SampleIndex{0}).pixels[0], 4);
}

TEST(CifarSource, SaysWhatIsWrong) {
    const testing::ScratchFolder folder;
    EXPECT_NE(openFailure(folder.path(), {"cifar"}).find("holds neither data_batch_1.bin nor"), std::string::npos);
    Bytes records = cifarRecords({3}, false);
    records.pop_back();
    writeBytes(folder / "data_batch_1.bin", records);
    EXPECT_NE(openFailure(folder.path()).find("data_batch_1.bin has 3072 bytes, which are no whole number of records"),
              std::string::npos);
    writeBytes(folder / "data_batch_1.bin", {});
    EXPECT_NE(openFailure(folder.path()).find("has 0 bytes"), std::string::npos);
    writeBytes(folder / "data_batch_1.bin", cifarRecords({10}, false));
    EXPECT_NE(openFailure(folder.path()).find("holds the label 10, but there are only 10 classes"), std::string::npos);
}

TEST(SeveralPaths, BecomeOneSetWhoseClassesShareTheirNames) {
    const testing::ScratchFolder folder;
    for (const char* file : {"one/dog/1.png", "one/cat/2.png", "two/dog/3.png", "two/ant/4.png", "bare/5.png"})
        writePicture(folder / file);
    const std::string a = folder / "one", b = folder / "two", c = folder / "bare";
    const DataSets sets = openSource(a + ";" + b + ";" + c + ";");
    ASSERT_FALSE(sets.test);
    const ImageSource& all = *sets.train;
    EXPECT_EQ(all.name(), "one + two + bare");
    EXPECT_EQ(all.classNames(), (std::vector<std::string>{"cat", "dog", "ant"}));
    std::vector<std::string> seen;
    for (SampleIndex i{0}; i.value < all.count(); ++i.value) {
        const auto label = all.label(i);
        seen.push_back(all.pictureName(i) + " " + (label ? all.classNames()[static_cast<std::size_t>(*label)] : "-"));
        EXPECT_EQ(all.image(i).width, 12);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"one/cat/2.png cat", "one/dog/1.png dog", "two/ant/4.png ant",
                                              "two/dog/3.png dog", "bare/5.png -"}));
    EXPECT_EQ(all.picturePlace(SampleIndex{3}), b + "/dog/3.png");
    EXPECT_THROW(all.image(SampleIndex{5}), EngineError);
    EXPECT_THROW(all.image(SampleIndex{-1}), EngineError);
    EXPECT_NE(all.fingerprint(), openSource(b + ";" + a + ";" + c).train->fingerprint());
    EXPECT_NE(openFailure(a + ";/nowhere").find("/nowhere does not exist"), std::string::npos);
}

TEST(SeveralPaths, MayBeOfDifferentKindsAndAPathThatExistsIsOne) {
    const testing::ScratchFolder folder;
    writeCifarTen(folder / "cifar");
    writePicture(folder / "odd;name/cat/1.png");
    const std::string odd = folder / "odd;name";
    EXPECT_EQ(openSource(odd).train->classNames(), std::vector<std::string>{"cat"});
    fs::rename(folder / "odd;name", folder / "plain");
    const DataSets sets = openSource(std::string(folder / "cifar") + ";" + std::string(folder / "plain"));
    EXPECT_EQ(sets.train->count(), 4);
    EXPECT_EQ(sets.test->count(), 2);
    EXPECT_EQ(sets.train->label(SampleIndex{3}), 3) << "the cat of CIFAR-10";
    EXPECT_EQ(sets.train->uniformSize(), std::nullopt);
    EXPECT_EQ(sets.test->uniformSize(), (PictureSize{32, 32}));
}

TEST(NameSplit, KeepsTheStatedShareByNamesAlone) {
    int kept = 0;
    for (int i = 0; i < 10000; ++i)
        kept += isTestName("picture " + std::to_string(i), 0.1);
    EXPECT_NEAR(kept, 1000, 120) << "four standard deviations";
    // The rule is part of what a run's record means: these must never change.
    EXPECT_TRUE(isTestName("a/0.png", 1));
    EXPECT_FALSE(isTestName("a/0.png", 0));

    const testing::ScratchFolder folder;
    for (int i = 0; i < 60; ++i)
        writePicture(folder / (i % 2 ? "a" : "b") / (std::to_string(i) + ".png"));
    const DataSets sets = openSource(folder.path(), {"auto", {}, 0.2});
    ASSERT_TRUE(sets.test);
    EXPECT_EQ(sets.train->count() + sets.test->count(), 60);
    EXPECT_GT(sets.test->count(), 3);
    EXPECT_LT(sets.test->count(), 24);
    ASSERT_EQ(sets.notes.size(), 1U);
    EXPECT_NE(sets.notes[0].find(std::to_string(sets.test->count()) + " of 60 pictures"), std::string::npos);
    EXPECT_NE(sets.notes[0].find("data.test_share is 0.2"), std::string::npos);
    for (const ImageSourcePtr& set : {sets.train, sets.test})
        for (SampleIndex i{0}; i.value < set->count(); ++i.value) {
            EXPECT_EQ(isTestName(set->pictureName(i), 0.2), set == sets.test);
            EXPECT_EQ(set->label(i), set->pictureName(i).starts_with("b/") ? 1 : 0);
        }
    // One more picture moves none of the others.
    const std::int64_t before = sets.test->count();
    writePicture(folder / "a/new.png");
    const DataSets grown = openSource(folder.path(), {"auto", {}, 0.2});
    EXPECT_EQ(grown.test->count(), before + isTestName("a/new.png", 0.2));
    EXPECT_THROW(sets.test->image(SampleIndex{sets.test->count()}), EngineError);
}

TEST(NameSplit, NeedsLabelsAndEnoughPicturesAndNoTestSet) {
    const testing::ScratchFolder folder;
    const SourceOptions tenth{"auto", {}, 0.1};
    writePicture(folder / "bare/1.png");
    EXPECT_FALSE(openSource(folder / "bare", tenth).test);
    EXPECT_TRUE(openSource(folder / "bare", tenth).notes.empty());
    writePicture(folder / "one/a/1.png");
    const DataSets one = openSource(folder / "one", tenth);
    EXPECT_FALSE(one.test);
    ASSERT_EQ(one.notes.size(), 1U);
    EXPECT_NE(one.notes[0].find("too few"), std::string::npos);
    for (int i = 0; i < 40; ++i) {
        writePicture(folder / "two/train/a" / (std::to_string(i) + ".png"));
        writePicture(folder / "two/val/a" / (std::to_string(i) + ".png"));
    }
    EXPECT_EQ(openSource(folder / "two", tenth).train->count(), 40);
}

ErrorCode readFailure(const ImageSource& source, std::int64_t index) {
    try {
        source.image(SampleIndex{index});
    } catch (const EngineError& error) {
        return error.error().code;
    }
    return ErrorCode::internal;
}

TEST(VanishedFolder, IsNotAPictureThatCannotBeRead) {
    const testing::ScratchFolder folder;
    for (int i = 0; i < 30; ++i)
        writePicture(folder / "set/a" / (std::to_string(i) + ".png"));
    const ImageSourcePtr source = openSource(folder / "set").train;
    fs::remove(folder / "set/a/3.png");
    std::int64_t gone = 0;
    while (source->pictureName(SampleIndex{gone}) != "a/3.png")
        ++gone;
    EXPECT_EQ(readFailure(*source, gone), ErrorCode::notFound) << "one file";
    fs::rename(folder / "set", folder / "elsewhere");
    EXPECT_EQ(readFailure(*source, 0), ErrorCode::noPictures) << "the folder";
    fs::create_directories(folder / "set");
    EXPECT_EQ(readFailure(*source, 0), ErrorCode::noPictures) << "what a disk leaves that was unmounted";
    fs::remove(folder / "set");
    AugmentOptions options;
    options.globalSize = 16;
    options.localSize = 8;
    LoaderSetup setup;
    setup.batchSize = 4;
    try {
        Loader(source, options, setup).next();
        ADD_FAILURE() << "a batch was made of nothing";
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::noPictures);
        EXPECT_NE(std::string(error.what()).find(std::string(folder / "set") + " cannot be reached any more"),
                  std::string::npos)
            << error.what();
    }
    fs::rename(folder / "elsewhere", folder / "set");
    EXPECT_EQ(source->image(SampleIndex{0}).width, 12) << "it came back";
}

} // namespace
} // namespace dinoscope
