// SPDX-License-Identifier: GPL-3.0-or-later
// The recorded numbers of the official implementation, replayed by the classes training uses.
#include "engine/train/replay.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace dinoscope {
namespace {

std::string reference(const std::string& name) {
    const char* set = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    const std::filesystem::path root =
        set ? std::filesystem::path(set) : std::filesystem::path(source ? source : ".") / ".." / "shared" / "reference";
    const std::filesystem::path path = root / name;
    EXPECT_TRUE(std::filesystem::exists(path))
        << path << " is missing: set DINOSCOPE_REFERENCE to the folder with the recordings";
    return path.string();
}

void expectHolds(const ReplayReport& report) { EXPECT_TRUE(report.holds()) << report.failures(); }

TEST(Golden, Schedules) { expectHolds(replaySchedules(reference("schedules.safetensors"))); }

TEST(Golden, Loss) { expectHolds(replayLoss(reference("loss"))); }

TEST(Golden, LossInFloat64) {
    ReplayOptions options;
    options.precision = Precision::float64;
    expectHolds(replayLoss(reference("loss"), options));
}

TEST(Golden, Neighbours) { expectHolds(replayKnn(reference("knn"))); }

TEST(Golden, Forward) { expectHolds(replayForward(reference("forward"))); }

TEST(Golden, TransformerWithAdamW) { expectHolds(replayTrace(reference("vit-adamw"))); }

TEST(Golden, TransformerWithSgdAndBatchNormHead) { expectHolds(replayTrace(reference("vit-sgd-bnhead"))); }

} // namespace
} // namespace dinoscope
