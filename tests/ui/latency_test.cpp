// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/latency_figures.h"
#include "app/gui/latency_watch.h"
#include "tests/ui/window_fixture.h"

#include <algorithm>
#include <thread>

namespace dinoscope {
namespace {

using namespace std::chrono_literals;
using Times = std::vector<std::chrono::nanoseconds>;

/// 1 ms, 2 ms, ... `count` ms.
Times upTo(int count) {
    Times times;
    for (int i = 1; i <= count; ++i)
        times.push_back(i * 1ms);
    return times;
}

Snapshot training(RunState state, std::int64_t step) {
    Snapshot snapshot;
    snapshot.state = state;
    snapshot.step = {step};
    return snapshot;
}

TEST(LatencyFiguresTest, PercentilesAreOfTheNearestRank) {
    EXPECT_EQ(nearestRank(upTo(100), 50), 50ms);
    EXPECT_EQ(nearestRank(upTo(100), 99), 99ms);
    EXPECT_EQ(nearestRank(upTo(100), 100), 100ms);
    EXPECT_EQ(nearestRank(upTo(5), 50), 3ms); // 2.5 is rounded up
    EXPECT_EQ(nearestRank(upTo(5), 90), 5ms);
    EXPECT_EQ(nearestRank(upTo(3000), 99), 2970ms);
    EXPECT_EQ(nearestRank(upTo(1), 1), 1ms);
}

TEST(LatencyFiguresTest, TheLineNamesFourFigures) {
    Times times = upTo(3000);
    std::reverse(times.begin(), times.end());
    for (std::chrono::nanoseconds& time : times)
        time /= 100;
    EXPECT_EQ(latencyLine(times, {}),
              "latency: 3000 events, median 15.0 ms, 90 % 27.0 ms, 99 % 29.7 ms, largest 30.0 ms");
    EXPECT_EQ(latencyLine({1ms, 250us}, {}),
              "latency: 2 events, median 0.3 ms, 90 % 1.0 ms, 99 % 1.0 ms, largest 1.0 ms; "
              "the run ended after 0.0 of 60.0 s");
    EXPECT_EQ(latencyLine({}, {}), "latency: 0 events; no step was trained");
}

TEST(LatencyWatchTest, EveryEventOfAStallCounts) {
    LatencyWatch watch({1000, 1ms});
    std::vector<std::string> lines;
    QObject::connect(&watch, &LatencyWatch::reported, &watch, [&](const std::string& line) { lines.push_back(line); });
    watch.follow(training(RunState::starting, 0));
    QApplication::processEvents();
    EXPECT_TRUE(watch.latencies().empty());
    watch.follow(training(RunState::running, 0));
    ASSERT_TRUE(QTest::qWaitFor([&] { return watch.latencies().size() > 20; }, 60'000));
    std::this_thread::sleep_for(200ms); // the GUI thread does nothing
    ASSERT_TRUE(QTest::qWaitFor([&] { return !lines.empty(); }, 60'000));
    watch.end();
    EXPECT_EQ(lines.size(), 1U);
    Times latencies = watch.latencies();
    ASSERT_EQ(latencies.size(), 1000U);
    EXPECT_TRUE(std::all_of(latencies.begin(), latencies.end(), [](auto time) { return time >= 0ns; }));
    // Those planned in the first half of the stall have waited for the other half.
    EXPECT_GE(std::count_if(latencies.begin(), latencies.end(), [](auto time) { return time >= 100ms; }), 80);
    EXPECT_EQ(lines[0], latencyLine(latencies, {1000, 1ms}));
}

TEST(LatencyWatchTest, TheEndOfTheRunEndsIt) {
    LatencyWatch watch({1'000'000, 1ms});
    std::vector<std::string> lines;
    QObject::connect(&watch, &LatencyWatch::reported, &watch, [&](const std::string& line) { lines.push_back(line); });
    watch.follow(training(RunState::running, 0));
    ASSERT_TRUE(QTest::qWaitFor([&] { return watch.latencies().size() > 5; }, 60'000));
    watch.follow(training(RunState::stopping, 9));
    ASSERT_TRUE(QTest::qWaitFor([&] { return !lines.empty(); }, 60'000));
    watch.follow(training(RunState::running, 1));
    watch.follow(training(RunState::finished, 2));
    watch.end();
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("the run ended after"), std::string::npos) << lines[0];
}

TEST(LatencyWatchTest, TheEndOfTheProgramReportsWhatThereIs) {
    LatencyWatch begun({1'000'000, 1ms}), never;
    std::vector<std::string> lines;
    for (LatencyWatch* watch : {&begun, &never})
        QObject::connect(watch, &LatencyWatch::reported, watch,
                         [&](const std::string& line) { lines.push_back(line); });
    begun.follow(training(RunState::running, 0));
    begun.end();
    never.end();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].find("latency: 0"), std::string::npos) << lines[0];
    EXPECT_EQ(lines[1], "latency: 0 events; no step was trained");
    LatencyWatch missed; // the run was over before it was seen to train
    missed.follow(training(RunState::finished, 30));
    missed.end();
    EXPECT_GE(missed.latencies().size(), 1U);
}

class AllPanelsTest : public WindowFixture {};

TEST_F(AllPanelsTest, EveryPanelIsInSightAtEverySize) {
    for (const QSize size : {QSize(1920, 1080), QSize(1440, 900), QSize(1280, 720), QSize(900, 600)}) {
        makeWindow();
        window->resize(size);
        window->workspace().showAllPanels();
        runToEnd();
        EXPECT_TRUE(waitFor([&] { return window->workspace().panelsOutOfSight().isEmpty(); }))
            << window->workspace().panelsOutOfSight().join(QStringLiteral(", ")).toStdString() << " at "
            << size.width();
        for (const Panel* panel : window->workspace().panels()) {
            EXPECT_EQ(panel->visibleRegion().boundingRect(), panel->rect()) << panel->accessibleName().toStdString();
            EXPECT_GE(panel->height(), panel->minimumSizeHint().height()) << panel->accessibleName().toStdString();
        }
        if (size.height() >= 720) {
            EXPECT_EQ(window->size(), size); // there is room for all
        }
        window->workspace().resetLayout();
        const QStringList tabs{QStringLiteral("Runs"), QStringLiteral("Neighbours"), QStringLiteral("Data"),
                               QStringLiteral("Log")};
        if (size.height() >= 900) {
            EXPECT_TRUE(waitFor([&] { return window->workspace().panelsOutOfSight() == tabs; }))
                << window->workspace().panelsOutOfSight().join(QStringLiteral(", ")).toStdString();
        } else {
            EXPECT_TRUE(waitFor([&] { return !window->workspace().panelsOutOfSight().isEmpty(); }));
        }
    }
}

} // namespace
} // namespace dinoscope
