// SPDX-License-Identifier: GPL-3.0-or-later
// Longer work that a person asks for: one end for each, in order, whatever happens in between.
#include "tests/runtime/engine_bench.h"

#include <gtest/gtest.h>

#include <thread>

namespace dinoscope {
namespace {

Error badFile() { return {ErrorCode::badInput, "train", "'x' is no recording.", {}, {}}; }

TEST(Job, EndsInOneAnswerWithoutARun) {
    EngineBench bench;
    bench.apply(StartJobCommand{7, InspectRequest{"some.pth"}});
    const JobResult result = bench.endOfJob(7);
    EXPECT_FALSE(result.error);
    EXPECT_EQ(std::get<FileReport>(result.answer).path, "some.pth");
    EXPECT_EQ(bench.calls("job"), 3) << "as many slices as the script says";
    EXPECT_EQ(bench.state(), RunState::empty);
    bench.apply(StartJobCommand{8, VerifyRequest{}});
    EXPECT_TRUE(std::holds_alternative<VerifyReport>(bench.endOfJob(8).answer));
    EXPECT_EQ(bench.jobs.size(), 2U);
}

TEST(Job, ShowsItsProgressAndCommandsAreAnsweredInBetween) {
    EngineBench bench(endlessScript(), std::make_shared<LeapingClock>());
    bench.gate().hold("job");
    bench.apply(StartJobCommand{1, VerifyRequest{}});
    bench.gate().waitForArrivals("job", 1);
    bench.gate().letOneThrough("job");
    bench.waitUntil("the progress is shown", [&] { return bench.snapshot()->work.done == 1; });
    EXPECT_EQ(bench.snapshot()->work.what, "Scripted work");
    EXPECT_EQ(bench.snapshot()->work.total, 3);
    const CommandId open = bench.post(OpenCommand{});
    bench.gate().letOneThrough("job");
    EXPECT_FALSE(bench.answerTo(open).refused);
    EXPECT_TRUE(bench.jobs.empty());
    bench.gate().release("job");
    EXPECT_FALSE(bench.endOfJob(1).error);
    bench.waitUntil("nothing is in work", [&] { return bench.snapshot()->work.what.empty(); });
}

TEST(Job, GoesBeforeTheNextStep) {
    EngineBench bench;
    bench.openInStep();
    bench.post(StartJobCommand{1, VerifyRequest{}});
    bench.gate().release("step");
    bench.endOfJob(1);
    const auto order = bench.order({"step", "job"});
    ASSERT_GE(order.size(), 4U);
    EXPECT_EQ(std::vector<std::string>(order.begin(), order.begin() + 4),
              (std::vector<std::string>{"step", "job", "job", "job"}));
}

TEST(Job, JobsAreDoneOneAfterTheOther) {
    EngineBench bench;
    bench.gate().hold("job");
    bench.post(StartJobCommand{1, VerifyRequest{}});
    bench.post(StartJobCommand{2, InspectRequest{"b"}});
    bench.gate().release("job");
    bench.endOfJob(2);
    ASSERT_EQ(bench.jobs.size(), 2U);
    EXPECT_EQ(bench.jobs.front().id, 1U);
}

TEST(Job, ThatFailsSaysWhyAndTheNextOneIsDone) {
    EngineBench bench;
    bench.script().failNext("job", badFile());
    bench.apply(StartJobCommand{1, VerifyRequest{}});
    bench.apply(StartJobCommand{2, VerifyRequest{}});
    EXPECT_EQ(bench.endOfJob(1).error.value().message, badFile().message);
    EXPECT_FALSE(bench.endOfJob(2).error);
    EXPECT_TRUE(bench.logs(badFile().message));
    EXPECT_EQ(bench.state(), RunState::empty) << "a job's failure is not the run's";
}

TEST(Job, ThatCrashesEndsWithAnError) {
    EngineBench bench;
    bench.script().crashNext("job");
    bench.apply(StartJobCommand{1, VerifyRequest{}});
    EXPECT_EQ(bench.endOfJob(1).error.value().code, ErrorCode::internal);
}

TEST(Job, ARefusedOneHasNoEnd) {
    EngineBench bench;
    bench.script().failNext("startJob", badFile());
    EXPECT_EQ(bench.ask(StartJobCommand{1, VerifyRequest{}}).refused.value().message, badFile().message);
    bench.apply(StartJobCommand{2, VerifyRequest{}});
    bench.endOfJob(2);
    EXPECT_EQ(bench.jobs.size(), 1U);
}

TEST(Job, CanBeGivenUpInWorkOrWhileItWaits) {
    EngineBench bench;
    bench.gate().hold("job");
    bench.apply(StartJobCommand{1, VerifyRequest{}});
    bench.gate().waitForArrivals("job", 1);
    bench.post(StartJobCommand{2, VerifyRequest{}});
    bench.post(CancelJobCommand{2});
    bench.post(CancelJobCommand{1});
    bench.post(CancelJobCommand{99});
    bench.gate().release("job");
    EXPECT_EQ(bench.endOfJob(2).error.value().code, ErrorCode::cancelled);
    EXPECT_EQ(bench.endOfJob(1).error.value().code, ErrorCode::cancelled);
    EXPECT_EQ(bench.calls("job"), 1) << "the slice in work was the last";
    EXPECT_EQ(bench.jobs.size(), 2U);
}

TEST(Job, AnEvaluationThatIsGivenUpStopsTheRunnersWork) {
    EngineBench bench;
    bench.openAt(1);
    bench.gate().hold("work");
    bench.apply(StartJobCommand{1, EvaluateRunRequest{}});
    bench.gate().waitForArrivals("work", 1);
    bench.post(CancelJobCommand{1});
    bench.gate().release("work");
    EXPECT_EQ(bench.endOfJob(1).error.value().code, ErrorCode::cancelled);
    EXPECT_EQ(bench.calls("cancelWork"), 1);
}

TEST(Job, ClosingEndsEveryJob) {
    EngineBench bench;
    bench.openInStep();
    bench.gate().hold("job");
    bench.post(StartJobCommand{1, VerifyRequest{}});
    bench.post(StartJobCommand{2, VerifyRequest{}});
    bench.gate().release("step");
    bench.gate().waitForArrivals("job", 1);
    std::thread closer([&] { bench.engine().close(); });
    bench.gate().release("job");
    closer.join();
    bench.drain();
    ASSERT_EQ(bench.jobs.size(), 2U);
    EXPECT_EQ(bench.jobs.back().id, 2U);
}

TEST(Job, IsAllowedAfterAFailedRun) {
    EngineBench bench;
    bench.script().crashNext("open");
    bench.ask(OpenCommand{});
    bench.waitFor(RunState::failed);
    bench.apply(StartJobCommand{1, InspectRequest{"a"}});
    EXPECT_FALSE(bench.endOfJob(1).error);
}

} // namespace
} // namespace dinoscope
