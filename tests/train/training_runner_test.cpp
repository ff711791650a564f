// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/training_runner.h"

#include "engine/data/open_source.h"
#include "engine/support/check.h"
#include "tests/data/picture_files.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using testing::Recorder;
using testing::ScratchFolder;
using testing::SmallRun;
using testing::writeStripes;

const auto kGoOn = [] { return true; };

struct Fixture : ::testing::Test {
    Fixture() { writeStripes(data.path(), 64, 16); }
    OpenCommand command(const SmallRun::Texts& changes = {}) { return SmallRun::command(data.path(), changes); }
    void work() {
        while (runner.hasWork())
            runner.workSlice(recorder);
    }

    ScratchFolder data;
    TrainingRunner runner;
    Recorder recorder;
};
using TrainingRunnerTest = Fixture;

TEST_F(TrainingRunnerTest, EndsAtTheLimitAndAtThePlannedEnd) {
    OpenCommand limited = command();
    limited.maxSteps = 3;
    runner.open(limited, recorder, kGoOn);
    EXPECT_EQ(runner.step(recorder), StepOutcome::more);
    EXPECT_EQ(runner.step(recorder), StepOutcome::more);
    EXPECT_EQ(runner.step(recorder), StepOutcome::limitReached);
    runner.open(
        command(
            {{"optim.epochs", "1"}, {"loss.warmup_teacher_temperature_epochs", "0"}, {"optim.freeze_last_layer", "0"}}),
        recorder, kGoOn);
    for (int i = 0; i < 7; ++i)
        EXPECT_EQ(runner.step(recorder), StepOutcome::more);
    EXPECT_EQ(runner.step(recorder), StepOutcome::plannedEnd);
    EXPECT_EQ(runner.info()->plannedSteps, 8);
}

TEST_F(TrainingRunnerTest, TheTimeLimitCountsTrainingOnly) {
    OpenCommand limited = command();
    limited.maxMinutes = 1e-9;
    runner.open(limited, recorder, kGoOn);
    work();
    EXPECT_EQ(runner.status().trainSeconds, 0);
    EXPECT_EQ(runner.step(recorder), StepOutcome::limitReached);
}

TEST_F(TrainingRunnerTest, TheClosingEvaluationMeasuresTheLastState) {
    runner.open(command(), recorder, kGoOn);
    work();
    runner.step(recorder);
    runner.beginFinish(FinishReason::stopped, false, recorder);
    EXPECT_TRUE(runner.hasWork());
    work();
    runner.finish(FinishReason::stopped, recorder);
    EXPECT_EQ(recorder.of(Metric::knnTeacher).size(), 2U);
    EXPECT_EQ(recorder.points.back().step.value, 1);
}

TEST_F(TrainingRunnerTest, AQuickEndEvaluatesNothing) {
    runner.open(command(), recorder, kGoOn);
    EXPECT_TRUE(runner.hasWork()); // the first evaluation
    runner.beginFinish(FinishReason::stopped, true, recorder);
    EXPECT_FALSE(runner.hasWork());
    runner.finish(FinishReason::stopped, recorder);
    EXPECT_TRUE(recorder.of(Metric::knnTeacher).empty());
}

TEST_F(TrainingRunnerTest, APreparationCanBeGivenUpAndAnotherRunOpened) {
    try {
        runner.open(command(), recorder, [] { return false; });
        ADD_FAILURE();
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::cancelled);
    }
    EXPECT_EQ(runner.info(), nullptr);
    EXPECT_TRUE(runner.status().work.what.empty()) << "nothing is being prepared any more";
    EXPECT_THROW(runner.open(command({{"data.path", "/nowhere"}}), recorder, kGoOn), EngineError);
    runner.open(command(), recorder, kGoOn);
    EXPECT_EQ(runner.step(recorder), StepOutcome::more);
}

/// A folder with as many pictures as take seconds to list: 10,000 files in each of 200 classes.
struct LongList {
    LongList() {
        std::filesystem::create_directories(folder / "files");
        std::filesystem::create_directories(folder / "set");
        for (int i = 0; i < 10'000; ++i)
            testing::writeBytes(folder / "files" / (std::to_string(i) + ".png"), {});
        for (int i = 0; i < 200; ++i)
            std::filesystem::create_directory_symlink(folder / "files", folder / "set" / std::to_string(i));
    }
    ScratchFolder folder;
};

TEST_F(TrainingRunnerTest, APreparationCountsThePicturesItFindsAndCanBeGivenUp) {
    const LongList list;
    std::vector<WorkProgress> seen;
    const auto giveUp = [&] {
        seen.push_back(runner.status().work);
        return seen.back().done == 0;
    };
    try {
        runner.open(command({{"data.path", (list.folder / "set").string()}}), recorder, giveUp);
        ADD_FAILURE();
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::cancelled);
    }
    for (const WorkProgress& work : seen)
        EXPECT_EQ(work.what, "Looking for pictures");
    EXPECT_GT(seen.back().done, 0);
    EXPECT_LT(seen.back().done, 2'000'000);
    runner.tend(recorder);
    EXPECT_TRUE(recorder.lines.empty()) << "the thread has ended: " << recorder.lines.front().second;
}

TEST_F(TrainingRunnerTest, JobsThatLookForPicturesCountThemAndCanBeGivenUp) {
    const LongList list;
    const std::string path = (list.folder / "set").string();
    runner.open(command(), recorder, kGoOn);
    ScanRequest scan;
    scan.path = path;
    ExportRequest features;
    features.format = "features";
    features.path = (list.folder / "features").string();
    features.pictures = path;
    recorder.lines.clear();
    for (const JobRequest& request : {JobRequest(scan), JobRequest(features)}) {
        const std::unique_ptr<Job> job = runner.startJob(request);
        while (job->progress().what != "Looking for pictures" || job->progress().done == 0)
            ASSERT_FALSE(job->slice(recorder));
        job->cancel();
    }
    runner.tend(recorder);
    EXPECT_TRUE(recorder.lines.empty()) << "the threads have ended: " << recorder.lines.front().second;
}

TEST_F(TrainingRunnerTest, AnEvaluationIsAJobOfTheRun) {
    EXPECT_THROW(runner.startJob(EvaluateRunRequest{}), EngineError) << "there is no run";
    runner.open(command(), recorder, kGoOn);
    work();
    runner.step(recorder);
    const auto given = runner.startJob(EvaluateRunRequest{});
    EXPECT_TRUE(runner.hasWork());
    EXPECT_GT(runner.status().work.total, 0);
    given->cancel();
    EXPECT_FALSE(runner.hasWork());
    const auto done = runner.startJob(EvaluateRunRequest{});
    while (!done->slice(recorder)) {
    }
    EXPECT_FALSE(runner.hasWork());
    const auto orphan = runner.startJob(EvaluateRunRequest{});
    runner.open(command(), recorder, kGoOn);
    EXPECT_THROW(orphan->slice(recorder), EngineError) << "its run is gone";
}

TEST_F(TrainingRunnerTest, AWrittenFolderIsNotOverwritten) {
    const ScratchFolder scratch;
    OpenCommand kept = command();
    kept.runFolder = scratch / "run";
    runner.open(kept, recorder, kGoOn);
    runner.finish(FinishReason::stopped, recorder);
    try {
        runner.open(kept, recorder, kGoOn);
        ADD_FAILURE();
    } catch (const EngineError& error) {
        EXPECT_NE(std::string(error.what()).find(kept.runFolder), std::string::npos);
    }
    kept.runFolder = "/proc/nowhere/run";
    EXPECT_THROW(runner.open(kept, recorder, kGoOn), EngineError);
}

TEST_F(TrainingRunnerTest, AScanIsAJobThatCountsAndNames) {
    const ScratchFolder folder;
    for (int i = 0; i < 40; ++i)
        testing::writePicture(folder / (i < 30 ? "train" : "val") / (i % 2 ? "a" : "b") / (std::to_string(i) + ".png"),
                              20 + i, 30, i);
    testing::writeBytes(folder / "val/a/31.png", {'t', 'e', 'x', 't'});
    testing::writeBytes(folder / "train/notes.txt", {'x'});
    std::vector<std::string> seen;
    for (const std::int64_t threads : {1, 3}) {
        ScanRequest request;
        request.path = folder.path();
        request.colors = request.meanPicture = true;
        request.threads = threads;
        const std::unique_ptr<Job> job = runner.startJob(request);
        std::optional<JobAnswer> answer;
        while (!(answer = job->slice(recorder)))
            EXPECT_LE(job->progress().done, 40);
        const auto& report = std::get<ScanReport>(*answer);
        EXPECT_EQ(report.train, 30);
        EXPECT_EQ(report.test, 10);
        EXPECT_EQ(report.usable(), 39);
        EXPECT_EQ(report.count(PictureVerdict::unsupported), 1);
        EXPECT_EQ(report.otherFiles, 1);
        ASSERT_EQ(report.problems.size(), 1U);
        EXPECT_EQ(report.problems[0].path, (folder / "val/a/31.png").string());
        ASSERT_EQ(report.classes.size(), 2U);
        EXPECT_EQ(report.classes[0].name, "a");
        EXPECT_EQ(report.classes[0].train, 15);
        EXPECT_EQ(report.classes[0].test, 5);
        EXPECT_EQ(report.leastWidth, 20);
        EXPECT_EQ(report.mostWidth, 59);
        ASSERT_EQ(report.sizes.size(), 1U) << "the shorter side is 20 to 30";
        EXPECT_EQ(report.sizes[0].from, 16);
        EXPECT_EQ(report.sizes[0].to, 31);
        EXPECT_EQ(report.sizes[0].pictures, 39);
        EXPECT_GT(report.bytes, 1000);
        ASSERT_TRUE(report.colors);
        std::string colors;
        for (const double value : report.colors->mean)
            colors += std::to_string(value) + " ";
        colors.append(report.meanPicture.pixels.begin(), report.meanPicture.pixels.end());
        EXPECT_EQ(report.meanPicture.channels, 3);
        seen.push_back(colors);
    }
    EXPECT_EQ(seen[0], seen[1]);
    ScanRequest names;
    names.path = folder.path();
    names.filesOnly = true;
    const std::unique_ptr<Job> look = runner.startJob(names);
    std::optional<JobAnswer> listed;
    while (!(listed = look->slice(recorder))) {
    }
    const auto& files = std::get<ScanReport>(*listed);
    EXPECT_EQ(files.train, 30);
    EXPECT_EQ(files.test, 10);
    EXPECT_EQ(files.classes.size(), 2U);
    EXPECT_EQ(files.otherFiles, 1);
    EXPECT_EQ(files.usable(), 0) << "nothing was read";
    EXPECT_TRUE(files.problems.empty());
    std::filesystem::remove_all(folder.path() / "val");
    ScanRequest split;
    split.path = folder / "train";
    split.testShare = 0.5;
    const std::unique_ptr<Job> part = runner.startJob(split);
    std::optional<JobAnswer> answer;
    while (!(answer = part->slice(recorder))) {
    }
    const auto& parts = std::get<ScanReport>(*answer);
    const DataSets trained = openSource(split.path, {"auto", {}, 0.5});
    EXPECT_EQ(parts.train, trained.train->count()) << "as a run takes them";
    EXPECT_EQ(parts.test, trained.test->count());
    EXPECT_EQ(parts.classes[0].train + parts.classes[1].train, parts.train);
    EXPECT_EQ(parts.usable(), 30);
    EXPECT_EQ(parts.otherFiles, 1);
    ScanRequest nowhere;
    nowhere.path = "/nowhere";
    const std::unique_ptr<Job> job = runner.startJob(nowhere);
    EXPECT_THROW(
        {
            while (!job->slice(recorder)) {
            }
        },
        EngineError);
}

} // namespace
} // namespace dinoscope
