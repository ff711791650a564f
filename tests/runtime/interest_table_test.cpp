// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/interest_table.h"
#include "tests/fakes/manual_clock.h"

#include <gtest/gtest.h>
#include <set>

namespace dinoscope {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr bool kTraining = true, kResting = false;

ProbeRequest crops(JobId id) { return {id, CropsRequest{}, {}}; }
ProbeRequest softmax(JobId id) { return {id, SoftmaxRequest{}, {}}; }
ProbeRequest attention(JobId id) { return {id, AttentionRequest{}, {}}; }

class InterestTableTest : public testing::Test {
protected:
    /// Asks for the next question and answers it in `duration`. @returns its id, 0: none was due.
    JobId serve(bool training, nanoseconds duration = nanoseconds{0}) {
        const nanoseconds begin = clock.now();
        const auto request = table.takeDue(begin, training);
        if (!request)
            return 0;
        clock.advance(duration);
        table.served(begin, clock.now());
        return request->id;
    }

    InterestTable table;
    ManualClock clock;
};

TEST_F(InterestTableTest, HasNothingToAskAtFirst) {
    EXPECT_EQ(serve(kTraining), 0u);
    table.noteChange();
    EXPECT_EQ(serve(kResting), 0u);
    EXPECT_FALSE(table.isStale(ProbeKind::crops, 0));
    EXPECT_TRUE(table.takeUnanswered().empty());
}

TEST_F(InterestTableTest, AQuestionAskedOnceIsServedOnce) {
    table.askOnce(crops(3));
    EXPECT_EQ(serve(kTraining), 3u);
    table.noteChange();
    EXPECT_EQ(serve(kTraining), 0u);
    EXPECT_EQ(serve(kResting), 0u);
}

TEST_F(InterestTableTest, ANewInterestIsServedAtOnce) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(500));
    EXPECT_EQ(serve(kTraining), 1u);
    EXPECT_EQ(serve(kTraining), 0u);
    table.setInterest(ProbeKind::crops, crops(2), milliseconds(500));
    EXPECT_EQ(serve(kTraining), 2u) << "another question need not wait for the interval of the former";
}

TEST_F(InterestTableTest, WhileTrainingItWaitsForItsIntervalAndForAStep) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(500));
    EXPECT_EQ(serve(kTraining), 1u);
    table.noteChange();
    clock.advance(milliseconds(499));
    EXPECT_EQ(serve(kTraining), 0u);
    clock.advance(milliseconds(1));
    EXPECT_EQ(serve(kTraining), 1u);
    clock.advance(milliseconds(5000));
    EXPECT_EQ(serve(kTraining), 0u) << "no step was made since";
    table.noteChange();
    EXPECT_EQ(serve(kTraining), 1u);
}

TEST_F(InterestTableTest, AtRestAChangeIsEnough) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(500));
    EXPECT_EQ(serve(kResting), 1u);
    EXPECT_EQ(serve(kResting), 0u);
    table.noteChange();
    EXPECT_EQ(serve(kResting), 1u);
    EXPECT_EQ(serve(kResting), 0u);
}

TEST_F(InterestTableTest, AnIntervalCountsFromTheBeginningOfAnAnswer) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(1000));
    EXPECT_EQ(serve(kTraining, milliseconds(10)), 1u);
    table.noteChange();
    clock.advance(milliseconds(989));
    EXPECT_EQ(serve(kTraining), 0u);
    clock.advance(milliseconds(1));
    EXPECT_EQ(serve(kTraining), 1u);
}

TEST_F(InterestTableTest, ASlowAnswerIsSpreadToTheWatchingShare) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(0));
    EXPECT_EQ(serve(kTraining, milliseconds(30)), 1u);
    table.noteChange();
    clock.advance(milliseconds(999)); // 30 ms of 1000 ms are the share
    EXPECT_EQ(serve(kTraining), 0u);
    EXPECT_EQ(serve(kResting), 1u) << "nothing has to be spared at rest";
}

TEST_F(InterestTableTest, AllInterestsTogetherTakeTheWatchingShare) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(0));
    table.setInterest(ProbeKind::softmax, softmax(2), milliseconds(1));
    table.setInterest(ProbeKind::attention, attention(3), milliseconds(2));
    nanoseconds watched{0};
    const nanoseconds begin = clock.now();
    while (clock.now() - begin < std::chrono::minutes(2)) {
        table.noteChange();
        if (serve(kTraining, milliseconds(30)) != 0)
            watched += milliseconds(30);
        else
            clock.advance(milliseconds(1));
    }
    const double share = std::chrono::duration<double>(watched) / std::chrono::duration<double>(clock.now() - begin);
    EXPECT_LE(share, InterestTable::kWatchingShare * 1.05);
    EXPECT_GE(share, InterestTable::kWatchingShare * 0.9);
}

TEST_F(InterestTableTest, AQuestionAskedOnceNeitherWaitsNorCostsTheInterests) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(100));
    EXPECT_EQ(serve(kTraining), 1u);
    table.noteChange();
    table.askOnce(softmax(2));
    EXPECT_EQ(serve(kTraining, milliseconds(99)), 2u);
    EXPECT_EQ(serve(kTraining), 0u);
    clock.advance(milliseconds(1));
    EXPECT_EQ(serve(kTraining), 1u);
}

TEST_F(InterestTableTest, KindsTakeTurns) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(0));
    table.setInterest(ProbeKind::softmax, softmax(2), milliseconds(0));
    table.setInterest(ProbeKind::attention, attention(3), milliseconds(0));
    for (int round = 0; round < 3; ++round) {
        std::set<JobId> served;
        for (int i = 0; i < 3; ++i) {
            table.noteChange(); // all of them are due again at once
            served.insert(serve(kTraining));
        }
        EXPECT_EQ(served, (std::set<JobId>{1, 2, 3})) << "round " << round;
    }
}

TEST_F(InterestTableTest, QuestionsAskedOnceTakeTurnsToo) {
    std::set<JobId> served;
    for (JobId id = 10; id < 12; ++id) {
        table.askOnce(crops(id)); // asked again and again, it must not keep the other from its turn
        if (id == 10)
            table.askOnce(attention(1));
        served.insert(serve(kTraining));
    }
    EXPECT_TRUE(served.contains(1));
}

TEST_F(InterestTableTest, AnInterestWithoutAQuestionEnds) {
    table.setInterest(ProbeKind::crops, crops(1), milliseconds(0));
    table.setInterest(ProbeKind::softmax, softmax(2), milliseconds(0));
    table.setInterest(ProbeKind::crops, std::nullopt, milliseconds(0));
    EXPECT_EQ(serve(kResting), 2u);
    table.noteChange();
    EXPECT_EQ(serve(kResting), 2u);
    EXPECT_EQ(serve(kResting), 0u);
}

TEST_F(InterestTableTest, ANewerQuestionReplacesTheOneThatWaits) {
    table.askOnce(crops(1));
    table.askOnce(crops(2));
    EXPECT_EQ(serve(kResting), 2u);
    EXPECT_EQ(serve(kResting), 0u);
    EXPECT_TRUE(table.isStale(ProbeKind::crops, 1));
    EXPECT_FALSE(table.isStale(ProbeKind::crops, 2));
    EXPECT_FALSE(table.isStale(ProbeKind::softmax, 1)) << "each kind has numbers of its own";
}

TEST_F(InterestTableTest, AnOlderQuestionIsNotServed) {
    table.askOnce(crops(5));
    table.askOnce(crops(4));
    EXPECT_EQ(serve(kResting), 5u);
    EXPECT_EQ(serve(kResting), 0u);
}

TEST_F(InterestTableTest, ANewerInterestMakesAnOlderQuestionStaleAndTheOtherWayRound) {
    table.askOnce(crops(1));
    table.setInterest(ProbeKind::crops, crops(2), milliseconds(0));
    EXPECT_EQ(serve(kResting), 2u);
    EXPECT_EQ(serve(kResting), 0u);
    table.askOnce(crops(3));
    EXPECT_EQ(serve(kResting), 3u);
    table.noteChange();
    EXPECT_EQ(serve(kResting), 0u) << "the interest is older than the question";
}

TEST_F(InterestTableTest, HandsOutWhatWillNotBeAnswered) {
    table.askOnce(crops(1));
    table.askOnce(attention(2));
    table.setInterest(ProbeKind::softmax, softmax(3), milliseconds(0));
    const auto waiting = table.takeUnanswered();
    ASSERT_EQ(waiting.size(), 2u);
    EXPECT_EQ(waiting[0].id, 1u);
    EXPECT_EQ(waiting[1].id, 2u);
    EXPECT_TRUE(table.takeUnanswered().empty());
    EXPECT_EQ(serve(kResting), 3u) << "an interest goes on";
    EXPECT_EQ(serve(kResting), 0u);
}

} // namespace
} // namespace dinoscope
