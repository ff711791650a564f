// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of a person's own: what is read, and what is said of those that cannot be.
#include "engine/api/picture_file.h"
#include "tests/data/picture_files.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using testing::ScratchFolder;

Image readWhole(const fs::path& file, bool official = false) {
    auto read = readPictureFile(file.string(), official);
    if (const auto* error = std::get_if<Error>(&read)) {
        ADD_FAILURE() << error->message;
        return {};
    }
    return std::get<Image>(std::move(read));
}

/// The refusal, whose sentence names the file and says `words`.
Error refusalOf(const fs::path& file, const std::string& words) {
    const auto read = readPictureFile(file.string(), false);
    const auto* error = std::get_if<Error>(&read);
    if (!error) {
        ADD_FAILURE() << file << " was read";
        return {};
    }
    EXPECT_TRUE(error->message.starts_with(file.string() + " ")) << error->message;
    EXPECT_NE(error->message.find(words), std::string::npos) << error->message;
    return *error;
}

/// While it lives root, who may read everything, is somebody else.
class AsNobody {
public:
    AsNobody() : former_(geteuid()) {
        if (former_ == 0) {
            EXPECT_EQ(seteuid(65534), 0);
        }
    }
    ~AsNobody() { EXPECT_EQ(seteuid(former_), 0); }
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;

private:
    uid_t former_;
};

TEST(PictureFile, IsDecodedAsAPictureOfTheDataSet) {
    ScratchFolder folder;
    for (const char* ending : {".jpg", ".png", ".webp", ".tif", ".bmp"}) {
        const fs::path file = folder / (std::string("own") + ending);
        testing::writePicture(file, 40, 30);
        const Image picture = readWhole(file);
        EXPECT_EQ(picture.width, 40) << ending;
        EXPECT_EQ(picture.height, 30) << ending;
        EXPECT_EQ(picture.channels, 3) << ending;
    }
    const auto turned = testing::withOrientation(testing::encoded(".jpg", testing::smoothPicture(40, 30)), 6);
    testing::writeBytes(folder / "turned.jpg", turned);
    EXPECT_EQ(readWhole(folder / "turned.jpg").width, 30);
    EXPECT_EQ(readWhole(folder / "turned.jpg", true).width, 40) << "the official code does not turn";
    testing::writeBytes(folder / "no ending", turned);
    EXPECT_EQ(readWhole(folder / "no ending").width, 30) << "the bytes tell the format";
}

TEST(PictureFile, WhatCannotBeReadIsSaidWithTheFileAndTheWayOut) {
    ScratchFolder folder;
    refusalOf(folder / "none.png", "choose a file that is there");
    refusalOf(folder.path(), "open the folder");
    testing::writeBytes(folder / "words.png", {'h', 'e', 'l', 'l', 'o', ' ', 'y', 'o', 'u'});
    EXPECT_EQ(refusalOf(folder / "words.png", "").code, ErrorCode::badInput);
    testing::writeBytes(folder / "empty.jpg", {});
    refusalOf(folder / "empty.jpg", "empty");
    auto cut = testing::encoded(".jpg", testing::smoothPicture(200, 150));
    cut.resize(cut.size() / 2);
    testing::writeBytes(folder / "cut.jpg", cut);
    refusalOf(folder / "cut.jpg", "cut off");
    testing::writePicture(folder / "tiny.png", 2, 40);
    refusalOf(folder / "tiny.png", "");
    ASSERT_EQ(mkfifo((folder / "pipe.png").c_str(), 0600), 0);
    refusalOf(folder / "pipe.png", "is not a file");
}

TEST(PictureFile, AHeaderThatPromisesTooMuchTakesNoMemory) {
    ScratchFolder folder;
    auto huge = testing::encoded(".bmp", testing::smoothPicture(10, 10));
    for (const std::size_t place : {std::size_t{18}, std::size_t{22}}) { // width and height, 60,000 each
        huge[place] = 0x60;
        huge[place + 1] = 0xEA;
    }
    testing::writeBytes(folder / "huge.bmp", huge);
    refusalOf(folder / "huge.bmp", "smaller");
}

TEST(PictureFile, AFileThatMayNotBeReadSaysSo) {
    ScratchFolder folder;
    testing::writePicture(folder / "secret.png");
    ASSERT_EQ(chmod((folder / "secret.png").c_str(), 0), 0);
    ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
    const AsNobody nobody;
    EXPECT_EQ(refusalOf(folder / "secret.png", "right to read").code, ErrorCode::io);
}

} // namespace
} // namespace dinoscope
