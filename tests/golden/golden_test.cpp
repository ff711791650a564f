// SPDX-License-Identifier: GPL-3.0-or-later
// The recorded numbers of the official implementation, replayed by the classes training uses.
#include "engine/train/verify_job.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

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
    EXPECT_EQ(report.recordings.size(), 7U);
    EXPECT_EQ(report.skipped, std::vector<std::string>{reference("image-ops")});
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

} // namespace
} // namespace dinoscope
