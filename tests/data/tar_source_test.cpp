// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/tar_source.h"

#include "engine/data/picture_error.h"
#include "engine/data/tar_index.h"
#include "tests/data/picture_files.h"
#include "tests/data/tar_file.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;
using testing::encoded;
using testing::smoothPicture;
using testing::TarWriter;
using testing::writeBytes;

std::string indexFailure(const fs::path& file) {
    try {
        readTarIndex(file);
    } catch (const EngineError& error) {
        EXPECT_EQ(std::string(error.what()).find(file.string()), 0U) << error.what();
        return error.what();
    }
    return {};
}

std::string picture(int kind, const char* ending = ".png") {
    const Bytes bytes = encoded(ending, smoothPicture(9 + kind, 7, kind));
    return {bytes.begin(), bytes.end()};
}

TEST(TarIndex, KnowsEveryWayToWriteANameAndASize) {
    const testing::ScratchFolder folder;
    const std::string longName = std::string(150, 'd') + "/" + std::string(90, 'n') + ".jpg";
    TarWriter tar;
    tar.add("a.jpg", "AAAA").add("folder/", "", '5').add("link", "", '2').add("old.jpg", "BB", '\0');
    tar.addWithPrefix("deep/er", "c.jpg", "CCC").addGnu(longName, "DDDDD");
    tar.add("big.jpg", std::string(600, 'E'), '0', TarWriter::Size::base256);
    tar.add("global", "18 path=everyone\n", 'g');
    tar.addPax({{"mtime", "1.5"}, {"path", "pax/name=1.jpg"}}, "FF");
    tar.addPax({{"size", "3"}, {"path", "pax/2.jpg"}}, "GGG", 0);
    tar.add("last.jpg", "");
    writeBytes(folder / "x.tar", tar.file());
    const std::vector<TarMember> members = readTarIndex(folder / "x.tar");
    std::vector<std::string> seen;
    const Bytes bytes = tar.file();
    for (const TarMember& member : members)
        seen.push_back(member.name + " " +
                       std::string(bytes.begin() + member.begin,
                                   bytes.begin() + member.begin + std::min<std::int64_t>(member.bytes, 5)));
    EXPECT_EQ(seen, (std::vector<std::string>{"a.jpg AAAA", "old.jpg BB", "deep/er/c.jpg CCC", longName + " DDDDD",
                                              "big.jpg EEEEE", "pax/name=1.jpg FF", "pax/2.jpg GGG", "last.jpg "}));
    EXPECT_EQ(members[4].bytes, 600);
}

TEST(TarIndex, ReadsWhatTarWrites) {
    const testing::ScratchFolder folder;
    for (const char* format : {"gnu", "pax", "ustar", "v7", "posix"}) {
        std::string name(60, 'x');
        name.append("/").append(30, 'y').append(".png");
        writeBytes(folder / ("in/" + name), {1, 2, 3});
        const std::string call = "tar --format=" + std::string(format) + " -C '" + std::string(folder / "in") +
                                 "' -cf '" + std::string(folder / "out.tar") + "' . 2>/dev/null";
        ASSERT_EQ(std::system(call.c_str()), 0) << call;
        const std::vector<TarMember> members = readTarIndex(folder / "out.tar");
        ASSERT_EQ(members.size(), 1U) << format;
        EXPECT_EQ(members[0].name, "./" + name);
        EXPECT_EQ(members[0].bytes, 3);
    }
}

TEST(TarIndex, SaysWhatIsWrong) {
    const testing::ScratchFolder folder;
    EXPECT_NE(indexFailure(folder / "none.tar").find("cannot be read: No such file"), std::string::npos);
    EXPECT_NE(indexFailure(folder.path()).find("is not a file"), std::string::npos);
    writeBytes(folder / "x.tar", {});
    EXPECT_NE(indexFailure(folder / "x.tar").find("is no tar file"), std::string::npos);
    writeBytes(folder / "x.tar", Bytes(4096, 'x'));
    EXPECT_NE(indexFailure(folder / "x.tar").find("is no tar file"), std::string::npos);
    Bytes bytes = TarWriter().add("a.jpg", "A").add("b.jpg", "B").file();
    bytes[1024 + 3] ^= 1;
    writeBytes(folder / "x.tar", bytes);
    EXPECT_NE(indexFailure(folder / "x.tar").find("damaged header behind byte 1024"), std::string::npos);
    for (const char* records : {"9 path=abc\n", "99999999 path=a\n", "7 path\n", "x path=a\n", "0 path=a\n"}) {
        writeBytes(folder / "x.tar", TarWriter().add("h", records, 'x').add("a.jpg", "A").file());
        EXPECT_NE(indexFailure(folder / "x.tar").find("extended header that is damaged"), std::string::npos) << records;
    }
    writeBytes(folder / "x.tar", TarWriter().addPax({{"size", "many"}}, "A").file());
    EXPECT_NE(indexFailure(folder / "x.tar").find("a size that is no number"), std::string::npos);
    writeBytes(folder / "x.tar", TarWriter().addGnu(std::string(5000, 'n'), "A").file());
    EXPECT_NE(indexFailure(folder / "x.tar").find("a name of 5000 bytes"), std::string::npos);
}

TEST(TarSource, GroupsSamplesAndTakesTheirLabels) {
    const testing::ScratchFolder folder;
    writeBytes(folder / "shard-000.tar", TarWriter()
                                             .add("in/0001.JPG", picture(1, ".jpg"))
                                             .add("in/0001.cls", "2\n")
                                             .add("in/0001.txt", "a caption")
                                             .add("0002.cls", "0")
                                             .add("0002.seg.png", picture(2))
                                             .file());
    writeBytes(folder / "shard-001.tar", TarWriter()
                                             .add("0003.png", picture(3))
                                             .add("0003.json", R"({"label": 1, "width": 12})")
                                             .add("0004.png", picture(4))
                                             .add("0005.gif", "x")
                                             .add("readme.txt", "x")
                                             .file());
    const DataSets sets = openSource(folder.path());
    ASSERT_TRUE(sets.train);
    EXPECT_FALSE(sets.test);
    const ImageSource& source = *sets.train;
    EXPECT_EQ(source.count(), 4);
    EXPECT_EQ(source.classNames(), (std::vector<std::string>{"class 0", "class 1", "class 2"}));
    EXPECT_EQ(source.label(SampleIndex{0}), 2);
    EXPECT_EQ(source.label(SampleIndex{1}), 0);
    EXPECT_EQ(source.label(SampleIndex{2}), 1);
    EXPECT_EQ(source.label(SampleIndex{3}), std::nullopt);
    EXPECT_EQ(source.pictureName(SampleIndex{0}), "shard-000.tar/in/0001.JPG");
    EXPECT_EQ(source.picturePlace(SampleIndex{2}), std::string(folder / "shard-001.tar") + ": 0003.png");
    for (std::int64_t i = 0; i < 4; ++i)
        EXPECT_EQ(source.image(SampleIndex{i}).width, 10 + i);
    const Leftovers leftovers = source.leftovers();
    EXPECT_EQ(leftovers.otherFiles, 2);
    ASSERT_EQ(leftovers.unusable.size(), 1U);
    EXPECT_EQ(leftovers.unusable[0].path, std::string(folder / "shard-001.tar") + ": 0005.gif");
    EXPECT_EQ(leftovers.unusable[0].verdict, PictureVerdict::unsupported);
    ASSERT_EQ(sets.notes.size(), 1U);
    EXPECT_TRUE(
        sets.notes[0].ends_with("are left out: 1. Save them as JPEG or PNG to train on them; a scan names them."))
        << sets.notes[0];
    EXPECT_EQ(openSource(folder / "shard-001.tar").train->count(), 2);
    EXPECT_NE(openSource(folder / "shard-001.tar").train->fingerprint(), source.fingerprint());
    EXPECT_EQ(openSource(std::string(folder / "shard-000.tar") + ";" + std::string(folder / "shard-001.tar"))
                  .train->label(SampleIndex{2}),
              1);
}

TEST(TarSource, NamesBecomeClassesThatBothSetsShare) {
    const testing::ScratchFolder folder;
    writeBytes(
        folder / "pets-train-0.tar",
        TarWriter().add("1.png", picture(1)).add("1.cls", "dog").add("2.png", picture(2)).add("2.cls", "10").file());
    writeBytes(folder / "pets-val-0.tar",
               TarWriter().add("3.png", picture(3)).add("3.json", R"({"cls":"cat"})").file());
    const DataSets sets = openSource(folder.path());
    ASSERT_TRUE(sets.test);
    EXPECT_EQ(sets.train->classNames(), (std::vector<std::string>{"10", "cat", "dog"}));
    EXPECT_EQ(sets.test->classNames(), sets.train->classNames());
    EXPECT_EQ(sets.train->label(SampleIndex{0}), 2);
    EXPECT_EQ(sets.test->label(SampleIndex{0}), 1);
    fs::create_directories(folder / "two/train");
    fs::create_directories(folder / "two/test");
    fs::rename(folder / "pets-train-0.tar", folder / "two/train/a.tar");
    fs::rename(folder / "pets-val-0.tar", folder / "two/test/a.tar");
    EXPECT_EQ(openSource(folder / "two").test->count(), 1);
    writeBytes(folder / "bare.tar", TarWriter().add("1.png", picture(1)).file());
    EXPECT_FALSE(openSource(folder / "bare.tar").train->labelled());
}

TEST(TarSource, ACutFileKeepsWhatIsWhole) {
    const testing::ScratchFolder folder;
    Bytes bytes = TarWriter().add("1.png", picture(1)).add("2.png", picture(2)).file();
    bytes.resize(bytes.size() - 1024 - 512 + 40); // forty bytes of the second picture are left
    writeBytes(folder / "x.tar", bytes);
    const ImageSourcePtr source = openSource(folder / "x.tar").train;
    ASSERT_EQ(source->count(), 2);
    EXPECT_EQ(source->image(SampleIndex{0}).width, 10);
    try {
        source->image(SampleIndex{1});
        ADD_FAILURE() << "a picture that is not there was read";
    } catch (const PictureError& error) {
        EXPECT_EQ(error.verdict(), PictureVerdict::truncated);
        EXPECT_NE(std::string(error.what()).find("x.tar: 2.png"), std::string::npos);
    }
    fs::remove(folder / "x.tar");
    try {
        source->image(SampleIndex{0});
        ADD_FAILURE() << "a file that is not there was read";
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::noPictures);
    }
    writeBytes(folder / "none.tar", TarWriter().add("1.txt", "x").file());
    EXPECT_THROW(openSource(folder / "none.tar"), EngineError);
}

} // namespace
} // namespace dinoscope
