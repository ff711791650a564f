// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/event_log.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>

namespace dinoscope {
namespace {

void answer(EventLog& log, CommandId first, CommandId count = 1) {
    for (CommandId id = first; id < first + count; ++id)
        log.append(Acknowledgement{id, CommandKind::save, {}, {}, {}});
}

void say(EventLog& log, int first, int count = 1) {
    for (int n = first; n < first + count; ++n)
        log.append(LogLine{LogLevel::info, {n}, std::to_string(n)});
}

std::vector<CommandId> ids(const EventLog::Reading& reading) {
    std::vector<CommandId> result;
    for (const Acknowledgement& acknowledgement : reading.acknowledgements)
        result.push_back(acknowledgement.id);
    return result;
}

std::vector<std::string> texts(const EventLog::Reading& reading) {
    std::vector<std::string> result;
    for (const LogLine& line : reading.lines)
        result.push_back(line.text);
    return result;
}

using Ids = std::vector<CommandId>;
using Texts = std::vector<std::string>;

TEST(EventLog, KeepsTheOrderOfBothKinds) {
    EventLog log;
    say(log, 1);
    answer(log, 7);
    say(log, 2, 2);
    answer(log, 8);
    const auto reading = log.read(0);
    EXPECT_EQ(ids(reading), (Ids{7, 8}));
    EXPECT_EQ(texts(reading), (Texts{"1", "2", "3"}));
    EXPECT_EQ(reading.next, 5u);
}

TEST(EventLog, AReaderSeesEachEventOnce) {
    EventLog log;
    say(log, 1);
    answer(log, 1);
    const std::uint64_t next = log.read(0).next;
    EXPECT_TRUE(texts(log.read(next)).empty());
    EXPECT_TRUE(ids(log.read(next)).empty());
    EXPECT_EQ(log.read(next).next, next);
    say(log, 2);
    answer(log, 2);
    EXPECT_EQ(texts(log.read(next)), Texts{"2"});
    EXPECT_EQ(ids(log.read(next)), Ids{2});
}

TEST(EventLog, EveryPositionReadsItsOwnPart) {
    EventLog log;
    for (int n = 1; n <= 6; ++n) { // numbers 1, 3, 5, ... are lines, 2, 4, 6, ... acknowledgements
        say(log, n);
        answer(log, static_cast<CommandId>(n));
    }
    for (std::uint64_t after = 0; after <= 12; ++after) {
        const auto reading = log.read(after);
        EXPECT_EQ(reading.lines.size(), (12 - after) / 2) << after;
        EXPECT_EQ(reading.acknowledgements.size(), (13 - after) / 2) << after;
    }
}

TEST(EventLog, KeepsTheNewestLines) {
    EventLog log(3, 3);
    say(log, 1, 8);
    EXPECT_EQ(texts(log.read(0)), (Texts{"6", "7", "8"}));
    EXPECT_EQ(texts(log.read(7)), Texts{"8"});
    EXPECT_EQ(log.read(0).next, 8u);
}

TEST(EventLog, LinesDoNotPushAcknowledgementsOut) {
    EventLog log(2, 2);
    answer(log, 1);
    say(log, 1, 100);
    EXPECT_EQ(ids(log.read(0)), Ids{1});
}

TEST(EventLog, AnAcknowledgementStaysUntilItWasRead) {
    EventLog log(3, 3);
    answer(log, 1, 50);
    const auto reading = log.read(0);
    ASSERT_EQ(reading.acknowledgements.size(), 50u);
    EXPECT_EQ(reading.acknowledgements.front().id, 1u);
}

TEST(EventLog, OfTheReadAcknowledgementsTheNewestStayForASecondReader) {
    EventLog log(3, 3);
    answer(log, 1, 50);
    log.read(0);
    answer(log, 51);
    EXPECT_EQ(ids(log.read(0)), (Ids{49, 50, 51}));
    answer(log, 52, 5); // 51 has been read, these have not
    EXPECT_EQ(ids(log.read(51)), (Ids{52, 53, 54, 55, 56}));
}

TEST(EventLog, APositionInTheFutureStays) {
    EventLog log;
    say(log, 1);
    EXPECT_EQ(log.read(40).next, 40u);
    EXPECT_TRUE(log.read(40).lines.empty());
}

TEST(EventLog, WritersBesideAReaderLoseNothing) {
    constexpr CommandId kCount = 5000;
    EventLog log(4, 4);
    std::thread even([&] { answer(log, 0, kCount); });
    std::thread odd([&] { answer(log, kCount, kCount); });
    std::vector<int> seen(2 * kCount);
    std::uint64_t cursor = 0;
    while (cursor < 2 * kCount) {
        const auto reading = log.read(cursor);
        for (const CommandId id : ids(reading))
            ++seen.at(id);
        cursor = reading.next;
    }
    even.join();
    odd.join();
    EXPECT_EQ(seen, std::vector<int>(2 * kCount, 1));
}

} // namespace
} // namespace dinoscope
