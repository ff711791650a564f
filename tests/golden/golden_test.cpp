// SPDX-License-Identifier: GPL-3.0-or-later
// The recorded numbers of the official implementation, replayed by the classes training uses.
#include "engine/train/verify_job.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

namespace dinoscope {
namespace {

std::string reference(const std::string& name = {}) {
    const char* set = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    const std::filesystem::path root =
        set ? std::filesystem::path(set) : std::filesystem::path(source ? source : ".") / ".." / "shared" / "reference";
    return (name.empty() ? root : root / name).string();
}

VerifyReport verify(const VerifyRequest& request) {
    EXPECT_TRUE(std::filesystem::exists(request.path))
        << request.path << " is missing: set DINOSCOPE_REFERENCE to the folder with the recordings";
    return std::get<VerifyReport>(verifyRecordings(request).finish());
}

void expectHolds(const VerifyReport& report) {
    EXPECT_FALSE(report.recordings.empty());
    for (const ReplayReport& recording : report.recordings)
        EXPECT_TRUE(recording.holds()) << recording.failures();
}

class Golden : public testing::TestWithParam<int> {};

TEST_P(Golden, EveryRecordingHolds) {
    const VerifyReport report = verify({reference(), "cpu", {}, {}, GetParam()});
    expectHolds(report);
    EXPECT_EQ(report.recordings.size(), 9U);
    EXPECT_TRUE(report.skipped.empty());
}

INSTANTIATE_TEST_SUITE_P(Threads, Golden, testing::Values(1, 2));

TEST(GoldenInFloat64, WhatWasRecordedInFloat32Holds) {
    for (const char* name : {"loss", "knn", "vit-adamw", "vit-sgd-bnhead"})
        expectHolds(verify({reference(name), "cpu", "float64", {}, 2}));
}

TEST(GoldenInBfloat16, IsAnotherNumber) {
    const VerifyReport report = verify({reference("vit-adamw"), "cpu", "bfloat16", {}, 2});
    EXPECT_FALSE(report.holds()) << "the comparison sees a difference in the third digit";
}

TEST(GoldenTolerance, IsTheCallersIfGiven) {
    EXPECT_TRUE(verify({reference("loss"), "cpu", {}, 1.0, 1}).holds());
    EXPECT_FALSE(verify({reference("loss"), "cpu", {}, 0.0, 1}).holds());
}

/// A copy of a reference, in which one text is replaced.
class Altered {
public:
    Altered(const std::string& name, const std::string& file, const std::string& from, const std::string& to)
        : place_(std::filesystem::path(testing::TempDir()) / ("altered-" + std::to_string(getpid()) + "-" + name)) {
        std::filesystem::copy(reference(name), place_, std::filesystem::copy_options::recursive);
        const std::filesystem::path path = file.empty() ? place_ : place_ / file;
        std::ifstream in(path);
        std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        const std::size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << name << " has no " << from;
        std::filesystem::permissions(path, std::filesystem::perms::owner_write, std::filesystem::perm_options::add);
        std::ofstream(path) << text.replace(at, from.size(), to);
    }
    ~Altered() {
        std::error_code ignored;
        std::filesystem::remove_all(place_, ignored);
    }
    Altered(const Altered&) = delete;
    Altered& operator=(const Altered&) = delete;
    std::string path() const { return place_.string(); }

private:
    std::filesystem::path place_;
};

TEST(GoldenViews, OtherOperationsAndBoxesAreNoticed) {
    const struct {
        const char *name, *file, *from, *to, *says;
    } cases[] = {
        {"image-ops", "manifest.json", "\"factor\": 0.6", "\"factor\": 0.62", "brightness0.png"},
        {"image-ops", "manifest.json", "\"radius\": 2.0", "\"radius\": 1.5", "blur2.png"},
        {"image-ops", "manifest.json", "\"left\": 20", "\"left\": 21", "crop0.png"},
        {"image-ops", "manifest.json", "\"grayscale\"", "\"sepia\"", "no operation 'sepia'"},
        {"image-ops", "manifest.json", "\"height\": 90", "\"height\": 900", "outside of the picture"},
        {"crop_statistics.json", "", "0.4,", "0.45,", "global.area_mean"},
        {"crop_statistics.json", "", "\"n\": 40000", "\"n\": 400000000", "out of range"},
    };
    for (const auto& c : cases) {
        const Altered altered(c.name, c.file, c.from, c.to);
        const VerifyReport report = verify({altered.path(), "cpu", {}, {}, 1});
        ASSERT_EQ(report.recordings.size(), 1U);
        EXPECT_FALSE(report.holds()) << c.to;
        EXPECT_NE(report.recordings.front().failures().find(c.says), std::string::npos)
            << c.to << ": " << report.recordings.front().failures();
    }
}

} // namespace
} // namespace dinoscope
