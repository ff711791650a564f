// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/folder_source.h"

#include "engine/data/loader.h"
#include "engine/support/check.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using testing::writePicture;

std::vector<std::string> namesOf(const ImageSource& source) {
    std::vector<std::string> names;
    for (std::int64_t i = 0; i < source.count(); ++i)
        names.push_back(source.pictureName(SampleIndex{i}));
    return names;
}

std::string openFailure(const fs::path& path) {
    try {
        openSource(path);
    } catch (const EngineError& error) {
        return error.what();
    }
    return {};
}

TEST(FolderSource, TakesSubFoldersAsClassesInTheOrderOfTheirNames) {
    const testing::ScratchFolder folder;
    for (const char* file : {"dog/b.PNG", "dog/a.jpg", "dog/old/z.bmp", "dog/B.jpeg", "cat/x.webp", "cat-2/y.tiff"})
        writePicture(folder / file);
    testing::writeBytes(folder / "cat/notes.txt", {'x'});
    testing::writeBytes(folder / "cat/.hidden.png", {'x'});
    writePicture(folder / ".cache/a.png");
    fs::create_directories(folder / "empty/deeper");
    const DataSets sets = openSource(folder.path());
    ASSERT_TRUE(sets.train);
    EXPECT_FALSE(sets.test);
    const ImageSource& source = *sets.train;
    EXPECT_EQ(source.classNames(), (std::vector<std::string>{"cat", "cat-2", "dog"}));
    EXPECT_EQ(namesOf(source), (std::vector<std::string>{"cat/x.webp", "cat-2/y.tiff", "dog/B.jpeg", "dog/a.jpg",
                                                         "dog/b.PNG", "dog/old/z.bmp"}));
    for (std::int64_t i = 0; i < source.count(); ++i)
        EXPECT_EQ(source.label(SampleIndex{i}), std::min<std::int64_t>(i, 2));
    EXPECT_EQ(source.channels(), 3);
    EXPECT_EQ(source.name(), folder.path().filename().string());
    EXPECT_EQ(source.caption(SampleIndex{5}), source.name() + ": dog/old/z.bmp (dog)");
    const Image image = source.image(SampleIndex{0});
    EXPECT_EQ(image.width, 12);
    EXPECT_EQ(image.height, 9);
    EXPECT_EQ(image.channels, 3);
    EXPECT_THROW(source.image(SampleIndex{6}), EngineError);
    EXPECT_THROW(source.label(SampleIndex{-1}), EngineError);
}

TEST(FolderSource, AFolderOfPicturesHasNoClasses) {
    const testing::ScratchFolder folder;
    for (const char* file : {"b.png", "a.png", "more/c.png"})
        writePicture(folder / file);
    const ImageSourcePtr source = openSource(folder.path()).train;
    EXPECT_FALSE(source->labelled());
    EXPECT_FALSE(source->label(SampleIndex{0}));
    EXPECT_EQ(namesOf(*source), (std::vector<std::string>{"a.png", "b.png", "more/c.png"}));
}

TEST(FolderSource, FindsTwoSetsThatShareTheirClasses) {
    const testing::ScratchFolder folder;
    for (const char* file : {"train/a/1.png", "train/c/2.png", "test/c/3.png", "test/b/4.png"})
        writePicture(folder / file);
    DataSets sets = openSource(folder.path());
    ASSERT_TRUE(sets.train && sets.test);
    EXPECT_EQ(sets.train->classNames(), (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(sets.test->classNames(), sets.train->classNames());
    EXPECT_EQ(sets.train->label(SampleIndex{1}), 2);
    EXPECT_EQ(sets.test->label(SampleIndex{0}), 1);
    EXPECT_EQ(sets.test->label(SampleIndex{1}), 2);
    EXPECT_EQ(sets.train->name(), folder.path().filename().string() + ", training pictures");
    EXPECT_EQ(sets.test->name(), folder.path().filename().string() + ", test pictures");
    writePicture(folder / "val/a/5.png");
    sets = openSource(folder.path());
    EXPECT_EQ(namesOf(*sets.test), std::vector<std::string>{"a/5.png"});
    EXPECT_EQ(sets.train->classNames(), (std::vector<std::string>{"a", "c"}));
    fs::remove_all(folder / "val");
    fs::remove_all(folder / "test");
    EXPECT_EQ(openSource(folder.path()).train->classNames(), std::vector<std::string>{"train"});
}

TEST(FolderSource, TheFingerprintTellsSetsApart) {
    const testing::ScratchFolder folder;
    for (const char* file : {"a/1.png", "b/2.png"})
        writePicture(folder / file);
    const std::string first = openSource(folder.path()).train->fingerprint();
    EXPECT_EQ(first.substr(0, 9), "folder:2:");
    EXPECT_EQ(openSource(folder.path()).train->fingerprint(), first);
    std::vector<std::string> seen{first};
    const auto expectNew = [&] {
        const std::string now = openSource(folder.path()).train->fingerprint();
        EXPECT_EQ(std::count(seen.begin(), seen.end(), now), 0);
        seen.push_back(now);
    };
    fs::rename(folder / "a/1.png", folder / "a/3.png"); // a name
    expectNew();
    writePicture(folder / "a/3.png", 30, 30); // a size
    expectNew();
    fs::rename(folder / "b", folder / "c"); // a class
    expectNew();
}

TEST(FolderSource, LinksThatLeadInCirclesEnd) {
    const testing::ScratchFolder folder;
    writePicture(folder / "a/1.png");
    writePicture(folder / "b/2.png");
    fs::create_directory_symlink("..", folder / "a/up");
    fs::create_directory_symlink(".", folder / "a/self");
    fs::create_directory_symlink("../b", folder / "a/other");
    fs::create_directory_symlink("loop", folder / "loop");
    fs::create_symlink("nowhere.png", folder / "b/broken.png");
    ASSERT_EQ(mkfifo((folder / "b/pipe.png").c_str(), 0600), 0);
    const ImageSourcePtr source = openSource(folder.path()).train;
    EXPECT_EQ(namesOf(*source),
              (std::vector<std::string>{"a/1.png", "a/other/2.png", "a/other/broken.png", "b/2.png", "b/broken.png"}));
    try {
        source->image(SampleIndex{4});
        ADD_FAILURE() << "a broken link was read";
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::notFound);
        EXPECT_NE(std::string(error.what()).find("b/broken.png cannot be read"), std::string::npos);
    }
}

TEST(FolderSource, SaysWhatIsWrong) {
    const testing::ScratchFolder folder;
    EXPECT_NE(openFailure(folder.path()).find(folder.path().string() + " holds no picture: choose a folder"),
              std::string::npos);
    testing::writeBytes(folder / "a/readme.txt", {'x'});
    EXPECT_NE(openFailure(folder.path()).find("holds no picture:"), std::string::npos);
    testing::writeBytes(folder / "a/IMG_1.HEIC", {'x'});
    EXPECT_NE(openFailure(folder.path()).find("holds no picture that is read, though others, such as a/IMG_1.HEIC: "),
              std::string::npos);
    writePicture(folder / "train/a/1.png");
    fs::create_directories(folder / "val/a");
    EXPECT_NE(openFailure(folder.path()).find("val holds no picture"), std::string::npos);
    writePicture(folder / "val/a/1.png");
    const DataSets sets = openSource(folder.path());
    testing::writeBytes(folder / "val/a/1.png", {0x89, 'P', 'N', 'G'});
    try {
        sets.test->image(SampleIndex{0});
        ADD_FAILURE() << "a damaged file was read";
    } catch (const EngineError& error) {
        EXPECT_NE(std::string(error.what()).find((folder / "val/a/1.png").string()), std::string::npos);
    }
    fs::remove(folder / "val/a/1.png");
    EXPECT_EQ(mkfifo((folder / "val/a/1.png").c_str(), 0600), 0);
    EXPECT_THROW(sets.test->image(SampleIndex{0}), EngineError); // and does not wait for a writer
}

TEST(FolderSource, AFolderThatCannotBeReadIsASentence) {
    const testing::ScratchFolder folder;
    writePicture(folder / "a/1.png");
    writePicture(folder / "b/secret/1.png");
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(chmod((folder / "b/secret").c_str(), 0), 0);
    const uid_t owner = geteuid();
    constexpr uid_t kNobody = 65534; // the right of the owner of everything would open it
    ASSERT_EQ(owner == 0 ? seteuid(kNobody) : 0, 0);
    const std::string sentence = openFailure(folder.path());
    ASSERT_EQ(seteuid(owner), 0);
    chmod((folder / "b/secret").c_str(), 0700);
    EXPECT_NE(sentence.find("b/secret cannot be read: Permission denied"), std::string::npos) << sentence;
}

TEST(FolderSource, NamesThatAreNoUtf8AreShownAsFarAsTheyGo) {
    const testing::ScratchFolder folder;
    writePicture(folder / "caf\xe9/\xff\xfe.png");
    writePicture(folder / "na\xc3\xafve/\xe2\x82\xac\xf0\x9f\x90\xb1.png");
    const ImageSourcePtr source = openSource(folder.path()).train;
    EXPECT_EQ(source->classNames(), (std::vector<std::string>{"caf\xef\xbf\xbd", "na\xc3\xafve"}));
    EXPECT_EQ(source->pictureName(SampleIndex{0}), "caf\xef\xbf\xbd/\xef\xbf\xbd\xef\xbf\xbd.png");
    EXPECT_EQ(source->pictureName(SampleIndex{1}), "na\xc3\xafve/\xe2\x82\xac\xf0\x9f\x90\xb1.png");
    EXPECT_EQ(source->image(SampleIndex{0}).width, 12);
    EXPECT_EQ(printableText("\xc0\x80 \xe0\x80\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82").find("\xef\xbf\xbd"), 0u);
}

TEST(FolderSource, ManyThreadsReadTheSame) {
    const testing::ScratchFolder folder;
    const std::vector<std::string> endings{".jpg", ".png", ".webp", ".bmp", ".tif"};
    for (int i = 0; i < 10; ++i)
        writePicture(folder / ("a/" + std::to_string(i) + endings[static_cast<std::size_t>(i % 5)]), 20 + i, 15, i);
    const ImageSourcePtr source = openSource(folder.path()).train;
    std::vector<Image> alone;
    for (std::int64_t i = 0; i < 10; ++i)
        alone.push_back(source->image(SampleIndex{i}));
    std::vector<std::vector<Image>> together(4);
    std::vector<std::thread> threads;
    for (auto& images : together)
        threads.emplace_back([&] {
            Image buffer;
            for (std::int64_t i = 0; i < 40; ++i) {
                source->read(SampleIndex{i % 10}, buffer);
                images.push_back(buffer);
            }
        });
    for (std::thread& thread : threads)
        thread.join();
    for (const auto& images : together)
        for (std::size_t i = 0; i < images.size(); ++i)
            ASSERT_EQ(images[i].pixels, alone[i % 10].pixels);
}

TEST(FolderSource, TheLoaderCutsViewsOfPicturesOfManySizesAndReplacesBrokenOnes) {
    const testing::ScratchFolder folder;
    for (int i = 0; i < 8; ++i)
        writePicture(folder / ("c" + std::to_string(i % 2)) / (std::to_string(i) + ".png"), 10 + 17 * i, 60 - 7 * i, i);
    testing::writeBytes(folder / "c0/0.png", {0x89, 'P', 'N', 'G'});
    const ImageSourcePtr source = openSource(folder.path()).train;
    AugmentOptions options;
    options.globalSize = 16;
    options.localSize = 8;
    options.localCrops = 2;
    std::vector<std::vector<float>> values;
    for (const int threads : {1, 3}) {
        LoaderSetup setup;
        setup.batchSize = 4;
        setup.threads = threads;
        Loader loader(source, options, setup);
        for (int batch = 0; batch < 2; ++batch) {
            const BatchPtr made = loader.next();
            EXPECT_EQ(made->channels, 3);
            values.push_back(made->values);
        }
        EXPECT_EQ(loader.replacedCount(), 1);
    }
    EXPECT_EQ(values[0], values[2]);
    EXPECT_EQ(values[1], values[3]);
}

} // namespace
} // namespace dinoscope
