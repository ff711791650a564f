// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/source_opening.h"

#include "engine/data/folder_scan.h"
#include "engine/data/tar_source.h"
#include "engine/support/check.h"
#include "tests/data/picture_files.h"
#include "tests/data/tar_file.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;
using testing::ScratchFolder;
using testing::writePicture;

constexpr int kFiles = 20'000;
constexpr int kClasses = 100;

/// 20,000 files without contents.
void makeManyFiles(const fs::path& folder) {
    fs::create_directories(folder);
    for (int i = 0; i < kFiles; ++i) {
        const int file = ::open((folder / (std::to_string(i) + ".png")).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        ASSERT_GE(file, 0);
        ::close(file);
    }
}

/// Two million: the same in each of a hundred classes.
void makeMillions(const ScratchFolder& scratch) {
    makeManyFiles(scratch / "files");
    for (int i = 0; i < kClasses; ++i) {
        fs::create_directories(scratch / "set");
        fs::create_directory_symlink(scratch / "files", scratch.path() / "set" / ("class" + std::to_string(i)));
    }
}

ErrorCode codeOf(const std::function<void()>& act) {
    try {
        act();
    } catch (const EngineError& error) {
        return error.error().code;
    }
    return ErrorCode::internal;
}

TEST(OpenWatch, CountsThePicturesOfAFolder) {
    const ScratchFolder folder;
    makeManyFiles(folder.path());
    writePicture(folder / "below/one.jpg");
    testing::writeBytes(folder / "notes.txt", {1});
    OpenWatch watch;
    EXPECT_EQ(scanFolder(folder.path(), &watch).files.size(), kFiles + 1U);
    EXPECT_EQ(watch.progress().what, "Looking for pictures");
    EXPECT_EQ(watch.progress().done, kFiles + 1);
    EXPECT_EQ(watch.progress().total, 0);
}

TEST(OpenWatch, EndsAListingInTheMiddle) {
    const ScratchFolder scratch;
    makeMillions(scratch);
    OpenWatch watch;
    ErrorCode code = ErrorCode::internal;
    std::thread lister([&] { code = codeOf([&] { scanFolder(scratch / "set", &watch); }); });
    while (watch.progress().done < 1000)
        std::this_thread::yield();
    watch.giveUp();
    lister.join();
    EXPECT_EQ(code, ErrorCode::cancelled);
    EXPECT_LT(watch.progress().done, std::int64_t{kFiles} * kClasses);
}

TEST(OpenWatch, CountsTarFilesAndEndsTheirListing) {
    const ScratchFolder folder;
    for (const char* name : {"a.tar", "b.tar", "c.tar"})
        testing::writeBytes(
            folder / name,
            testing::TarWriter().add("1.png", testing::encoded(".png", testing::smoothPicture(12, 9))).file());
    SourceOptions options;
    options.watch = std::make_shared<OpenWatch>();
    options.watch->shards(1, 3);
    EXPECT_EQ(options.watch->progress().what, "Listing tar files");
    EXPECT_EQ(options.watch->progress().done, 1);
    EXPECT_EQ(options.watch->progress().total, 3);
    EXPECT_EQ(openSource(folder.path(), options).train->count(), 3);
    EXPECT_EQ(options.watch->progress().total, 0) << "what is opened next is no tar file";
    EXPECT_EQ(options.watch->progress().done, 3);
    options.watch->giveUp();
    EXPECT_EQ(codeOf([&] { openSource(folder.path(), options); }), ErrorCode::cancelled);
}

TEST(SourceOpening, GivesWhatAnOpeningGives) {
    const ScratchFolder folder;
    for (int i = 0; i < 5; ++i)
        writePicture(folder / ("a/" + std::to_string(i) + ".png"));
    SourceOpening opening(folder.path());
    ASSERT_TRUE(opening.wait(std::chrono::seconds(60)));
    EXPECT_EQ(opening.take().train->fingerprint(), openSource(folder.path()).train->fingerprint());
    EXPECT_EQ(opening.progress().done, 5);
    SourceOpening nowhere(folder / "nowhere");
    ASSERT_TRUE(nowhere.wait(std::chrono::seconds(60)));
    EXPECT_EQ(codeOf([&] { nowhere.take(); }), ErrorCode::notFound);
}

TEST(SourceOpening, IsGivenUpInTheMiddle) {
    const ScratchFolder scratch;
    makeMillions(scratch);
    takeUnanswered();
    {
        SourceOpening opening(scratch / "set");
        while (opening.progress().done < 1000)
            std::this_thread::yield();
        EXPECT_FALSE(opening.wait(std::chrono::milliseconds(0)));
    }
    EXPECT_TRUE(takeUnanswered().empty()) << "the thread has ended";
    std::int64_t seen = 0;
    const auto goOn = [&](const WorkProgress& progress) {
        seen = progress.done;
        return seen == 0;
    };
    EXPECT_EQ(codeOf([&] { openSource(scratch / "set", {}, goOn); }), ErrorCode::cancelled);
    EXPECT_GT(seen, 0);
}

} // namespace
} // namespace dinoscope
