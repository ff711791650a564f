// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_saver.h"

#include "engine/support/check.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace dinoscope {
namespace {

using testing::Recorder;
using testing::ScratchFolder;

/// A saver of a run that consists of its step alone.
class RunSaverTest : public ::testing::Test {
protected:
    RunSaver saver(const SaveOptions& options) {
        return RunSaver(
            folder.path().string(), options,
            [this] {
                if (contentFails)
                    throw EngineError(ErrorCode::outOfMemory, "train", "There is no memory for a copy.");
                CheckpointContent content;
                content.moment.step = {step};
                content.tensors = {{"weight", ElementType::f32, {2}, std::as_bytes(std::span(values))}};
                content.values = "{}";
                return content;
            },
            [] {});
    }
    /// Makes a step, and lets the saver do what is due.
    void advance(RunSaver& saver, double seconds) {
        saver.stepEnded(++step, kStepsPerEpoch, seconds);
        saver.tend(recorder, true);
        saver.finish(recorder);
    }
    void close(RunSaver& saver) {
        saver.beginClosing();
        while (saver.isClosing())
            saver.closingSlice(recorder);
    }
    std::vector<std::int64_t> steps() const {
        std::vector<std::int64_t> all;
        for (const CheckpointEntry& entry : CheckpointStore(folder.path().string()).list())
            all.push_back(entry.moment.step.value);
        return all;
    }
    std::ptrdiff_t linesWith(const std::string& words) const {
        return std::count_if(recorder.lines.begin(), recorder.lines.end(),
                             [&](const auto& line) { return line.second.find(words) != std::string::npos; });
    }

    static constexpr std::int64_t kStepsPerEpoch = 10;
    ScratchFolder folder;
    Recorder recorder;
    std::vector<float> values{1, 2};
    std::int64_t step = 0;
    bool contentFails = false;
};

TEST_F(RunSaverTest, SavesByTimeByEpochsAndAtTheEnd) {
    SaveOptions options{1, 2, 100, 3, false};
    RunSaver run = saver(options);
    run.startFrom(0, 0);
    for (int i = 0; i < 65; ++i)
        advance(run, 2.0 * (step + 1)); // 60 s pass in 30 steps
    // Epochs 2, 4, 6; epoch 3 stays for good; a minute after the newest save nothing more was due.
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{20, 30, 40, 60}));
    close(run);
    EXPECT_EQ(steps().back(), 65);
    close(run);
    EXPECT_EQ(steps().size(), 5U) << "that state is on the disk already";
}

TEST_F(RunSaverTest, ByTimeAloneASmallSetIsNotSavedAfterEachOfItsShortEpochs) {
    RunSaver run = saver({});
    run.startFrom(0, 0);
    for (int i = 0; i < 50; ++i)
        advance(run, 0.1 * static_cast<double>(step));
    EXPECT_TRUE(steps().empty());
}

TEST_F(RunSaverTest, ACopyThatFailsIsToldOnceAndTriedAgainLater) {
    RunSaver run = saver({1, 0, 3, 0, false});
    run.startFrom(0, 0);
    contentFails = true;
    run.stepEnded(++step, kStepsPerEpoch, 61);
    EXPECT_THROW(run.tend(recorder, true), EngineError);
    EXPECT_NO_THROW(run.tend(recorder, true)) << "the next turn does not fail again";
    contentFails = false;
    run.stepEnded(++step, kStepsPerEpoch, 100);
    run.tend(recorder, true);
    run.stepEnded(++step, kStepsPerEpoch, 122);
    run.tend(recorder, true);
    run.finish(recorder);
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{3}));
}

TEST_F(RunSaverTest, TheEndTriesAgainWhatFailedAtTheSameStep) {
    RunSaver run = saver({});
    run.startFrom(0, 0);
    std::ofstream(folder / "checkpoints") << "in the way";
    run.stepEnded(++step, kStepsPerEpoch, 1);
    run.askByHand("");
    run.tend(recorder, true);
    while (linesWith("was not saved") == 0)
        run.tend(recorder, false);
    ASSERT_TRUE(run.failure());
    EXPECT_NE(run.failure()->message.find("step 1 was not saved"), std::string::npos) << run.failure()->message;
    std::filesystem::remove(folder / "checkpoints");
    close(run);
    EXPECT_FALSE(run.failure());
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{1}));
    EXPECT_EQ(linesWith("was not saved"), 1);
}

TEST_F(RunSaverTest, AnEndThatIsNotSavedIsAFailureAndMayBeTriedAgain) {
    RunSaver run = saver({});
    run.startFrom(0, 0);
    run.stepEnded(++step, kStepsPerEpoch, 1);
    std::ofstream(folder / "checkpoints") << "in the way";
    EXPECT_THROW(close(run), EngineError);
    EXPECT_FALSE(run.isClosing());
    EXPECT_EQ(linesWith("Training goes on"), 0);
    std::filesystem::remove(folder / "checkpoints");
    close(run);
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{1}));
}

TEST_F(RunSaverTest, AfterTheEndOfARunNothingThatWasDueIsSaved) {
    RunSaver run = saver({1, 0, 3, 0, false});
    run.startFrom(0, 0);
    run.stepEnded(++step, kStepsPerEpoch, 61);
    run.tend(recorder, false); // due, but an evaluation is in work; then the run fails
    run.finish(recorder);
    run.tend(recorder, true);
    run.finish(recorder);
    EXPECT_TRUE(steps().empty());
    run.askByHand("after the end"); // a finished run may be saved by hand
    run.tend(recorder, true);
    run.finish(recorder);
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{1}));
}

} // namespace
} // namespace dinoscope
