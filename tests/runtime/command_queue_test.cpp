// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/command_queue.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <vector>

namespace dinoscope {
namespace {

TEST(CommandQueue, KeepsTheOrderAndNumbersFromOne) {
    CommandQueue queue;
    EXPECT_EQ(queue.push(RunCommand{}).id, 1u);
    EXPECT_EQ(queue.push(StepCommand{7}).id, 2u);
    EXPECT_TRUE(queue.push(StopCommand{}).accepted);
    const auto taken = queue.takeAll();
    ASSERT_EQ(taken.size(), 3u);
    EXPECT_EQ(taken[0].id, 1u);
    EXPECT_EQ(commandKind(taken[0].command), CommandKind::run);
    EXPECT_EQ(std::get<StepCommand>(taken[1].command).count, 7);
    EXPECT_EQ(taken[2].id, 3u);
    EXPECT_TRUE(queue.takeAll().empty());
}

TEST(CommandQueue, StillTakesCommandsAfterTheRequestToClose) {
    CommandQueue queue;
    EXPECT_FALSE(queue.closeRequested());
    queue.requestClose();
    EXPECT_TRUE(queue.closeRequested());
    EXPECT_TRUE(queue.push(StopCommand{}).accepted);
    EXPECT_EQ(queue.takeAll().size(), 1u);
}

TEST(CommandQueue, AcceptsNothingOnceShutButNumbersOn) {
    CommandQueue queue;
    queue.push(RunCommand{});
    const auto rest = queue.shut();
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].id, 1u);
    const auto receipt = queue.push(RunCommand{});
    EXPECT_FALSE(receipt.accepted);
    EXPECT_EQ(receipt.id, 2u);
    EXPECT_TRUE(queue.takeAll().empty());
    EXPECT_TRUE(queue.shut().empty());
}

TEST(CommandQueue, ASleeperWakesForACommand) {
    CommandQueue queue;
    std::thread poster([&] { queue.push(RunCommand{}); });
    queue.waitForNews();
    EXPECT_EQ(queue.takeAll().size(), 1u);
    poster.join();
}

TEST(CommandQueue, ASleeperWakesForTheRequestToClose) {
    CommandQueue queue;
    std::thread closer([&] { queue.requestClose(); });
    queue.waitForNews();
    EXPECT_TRUE(queue.closeRequested());
    closer.join();
}

TEST(CommandQueue, ManyPostersLoseNothingAndShareNoNumber) {
    constexpr int kPosters = 4, kEach = 1000;
    CommandQueue queue;
    std::vector<std::vector<CommandId>> ids(kPosters);
    std::vector<std::thread> posters;
    for (std::vector<CommandId>& own : ids)
        posters.emplace_back([&queue, &own] {
            for (int i = 0; i < kEach; ++i)
                own.push_back(queue.push(PauseCommand{}).id);
        });
    std::vector<CommandId> taken;
    while (taken.size() < static_cast<std::size_t>(kPosters * kEach)) {
        queue.waitForNews();
        for (const PostedCommand& posted : queue.takeAll())
            taken.push_back(posted.id);
    }
    std::set<CommandId> distinct;
    for (int i = 0; i < kPosters; ++i) {
        posters[static_cast<std::size_t>(i)].join();
        const auto& own = ids[static_cast<std::size_t>(i)];
        EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
        distinct.insert(own.begin(), own.end());
    }
    EXPECT_TRUE(std::is_sorted(taken.begin(), taken.end()));
    EXPECT_EQ(distinct, std::set<CommandId>(taken.begin(), taken.end()));
    EXPECT_EQ(distinct.size(), taken.size());
}

} // namespace
} // namespace dinoscope
