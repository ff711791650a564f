// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/time_line.h"

#include <QApplication>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

class TimeLineTest : public testing::Test {
protected:
    TimeLineTest() {
        line.resize(500, line.sizeHint().height());
        line.setStops({{100, false, false, false, QStringLiteral("Step 100")},
                       {200, true, true, false, QStringLiteral("Step 200, kept by hand")},
                       {300, false, false, true, QStringLiteral("Step 300, damaged")}},
                      400);
    }
    int colored(ColorRole role) {
        const QImage image = line.grab().toImage();
        int found = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                found += (image.pixel(x, y) & 0xffffff) == (themeColor(role, line.palette()).rgb() & 0xffffff) ? 1 : 0;
        return found;
    }
    TimeLine line;
};

TEST_F(TimeLineTest, KeysWalkFromThePresentToTheFirstAndBack) {
    QSignalSpy spy(&line, &TimeLine::chosen);
    EXPECT_EQ(line.current(), TimeLine::kPresent);
    QTest::keyClick(&line, Qt::Key_Left);
    EXPECT_EQ(line.current(), 2);
    QTest::keyClick(&line, Qt::Key_Home);
    EXPECT_EQ(line.current(), 0);
    QTest::keyClick(&line, Qt::Key_Left);
    EXPECT_EQ(spy.count(), 2) << "there is nothing before the first";
    QTest::keyClick(&line, Qt::Key_Right);
    EXPECT_EQ(line.current(), 1);
    QTest::keyClick(&line, Qt::Key_End);
    EXPECT_EQ(line.current(), TimeLine::kPresent);
    QTest::keyClick(&line, Qt::Key_Right);
    EXPECT_EQ(spy.count(), 4);
}

TEST_F(TimeLineTest, TheMouseScrubsToTheNearest) {
    QSignalSpy spy(&line, &TimeLine::chosen);
    const auto at = [&](int stop, int off) { return QPoint(static_cast<int>(line.positionOf(stop)) + off, 30); };
    QTest::mousePress(&line, Qt::LeftButton, Qt::NoModifier, at(0, 4));
    EXPECT_EQ(line.current(), 0);
    QMouseEvent move(QEvent::MouseMove, at(2, -3), line.mapToGlobal(at(2, -3)), Qt::NoButton, Qt::LeftButton,
                     Qt::NoModifier);
    QApplication::sendEvent(&line, &move);
    EXPECT_EQ(line.current(), 2);
    QTest::mouseRelease(&line, Qt::LeftButton, Qt::NoModifier, at(2, 0));
    QTest::mouseClick(&line, Qt::LeftButton, Qt::NoModifier, at(TimeLine::kPresent, 0));
    EXPECT_EQ(line.current(), TimeLine::kPresent);
    EXPECT_EQ(spy.count(), 3);
}

TEST_F(TimeLineTest, ShapesStayApart) {
    std::vector<TimeLine::Stop> stops;
    for (int i = 0; i < 12; ++i)
        stops.push_back({9990.0 + i, false, false, false, {}});
    line.setStops(stops, 10002);
    for (int i = 1; i < 12; ++i)
        EXPECT_GE(line.positionOf(i) - line.positionOf(i - 1), 15.9);
    EXPECT_GE(line.positionOf(0), 0);
    EXPECT_LE(line.positionOf(TimeLine::kPresent), line.width());
}

TEST_F(TimeLineTest, KeepsThePlaceWhenMoreComes) {
    line.choose(1);
    line.setStops({{200, true, true, false, QStringLiteral("Step 200")}, {500, false, false, false, {}}}, 500);
    EXPECT_EQ(line.current(), 0) << "step 200 still";
    line.setStops({{500, false, false, false, {}}}, 600);
    EXPECT_EQ(line.current(), TimeLine::kPresent) << "it is gone";
    line.setStops({}, 0);
    QTest::keyClick(&line, Qt::Key_Left);
    EXPECT_EQ(line.current(), TimeLine::kPresent);
    line.grab();
}

TEST_F(TimeLineTest, SaysAndShowsWhatAMomentIs) {
    EXPECT_GT(colored(ColorRole::bad), 10);
    line.choose(1);
    EXPECT_EQ(line.accessibleDescription(), QStringLiteral("Step 200, kept by hand"));
    const int before = colored(ColorRole::bad);
    line.setStops({{100, false, false, false, {}}}, 400);
    EXPECT_EQ(colored(ColorRole::bad), 0);
    EXPECT_GT(before, 0);
}

} // namespace
} // namespace dinoscope
