// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/curve_plot.h"

#include <qcustomplot.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

class Plot : public testing::Test {
protected:
    Plot() : plot(QStringLiteral("Loss"), QStringLiteral("nats")) {
        loss = plot.addCurve({QStringLiteral("loss"), QStringLiteral("loss"), ColorRole::student, false});
        entropy = plot.addCurve({QStringLiteral("entropy"), QStringLiteral("entropy"), ColorRole::teacher, true});
        plot.resize(500, 300);
        plot.show();
        inner = plot.findChild<QCustomPlot*>();
    }
    void draw() {
        plot.refresh();
        inner->replot();
    }
    CurvePlot plot;
    std::size_t loss = 0, entropy = 0;
    QCustomPlot* inner = nullptr;
};

TEST_F(Plot, KeepsEveryFinitePoint) {
    for (int i = 0; i < 1000; ++i)
        plot.append(loss, i, i % 10 == 0 ? std::numeric_limits<double>::quiet_NaN() : i);
    EXPECT_EQ(plot.pointCount(loss), 900U);
    EXPECT_EQ(plot.pointCount(entropy), 0U);
}

TEST_F(Plot, ANoticeStandsWhereThereIsNoPoint) {
    draw();
    EXPECT_FALSE(plot.showsNotice());
    plot.setNotice(QStringLiteral("The pictures have no labels."));
    draw();
    EXPECT_TRUE(plot.showsNotice());
    EXPECT_FALSE(inner->xAxis->visible());
    plot.append(loss, 1, 2);
    draw();
    EXPECT_FALSE(plot.showsNotice());
    EXPECT_TRUE(inner->xAxis->visible());
    plot.clear();
    plot.setNotice({});
    draw();
    EXPECT_FALSE(plot.showsNotice());
}

TEST_F(Plot, AnotherRunHasALightnessAndRingsOfItsOwn) {
    for (int i = 0; i < 100; ++i)
        plot.append(loss, i, 5);
    std::vector<double> x, y;
    for (int i = 0; i < 200; ++i) {
        x.push_back(i);
        y.push_back(9);
    }
    plot.setOther(loss, x, y);
    draw();
    EXPECT_EQ(plot.otherPointCount(loss), 200U);
    EXPECT_EQ(plot.pointCount(loss), 100U);
    ASSERT_EQ(inner->graphCount(), 6);
    EXPECT_EQ(inner->graph(4)->data()->size(), 200);
    EXPECT_NE(inner->graph(4)->pen().color(), inner->graph(1)->pen().color());
    EXPECT_EQ(inner->graph(5)->scatterStyle().shape(), QCPScatterStyle::ssCircle);
    EXPECT_GT(inner->graph(5)->data()->size(), 3);
    EXPECT_GE(inner->xAxis->range().upper, 199) << "all of it is in sight";
    plot.clearOther();
    draw();
    EXPECT_EQ(inner->graphCount(), 4);
    EXPECT_LT(inner->xAxis->range().upper, 120);
}

TEST_F(Plot, SmoothingStartsAtTheFirstValue) {
    plot.setSmoothing(0.9);
    for (int i = 0; i < 50; ++i)
        plot.append(loss, i, 5);
    draw();
    const auto data = inner->graph(1)->data();
    ASSERT_FALSE(data->isEmpty());
    for (auto point = data->constBegin(); point != data->constEnd(); ++point)
        EXPECT_NEAR(point->value, 5, 1e-9);
}

TEST_F(Plot, SmoothingFollowsTheFormula) {
    plot.setSmoothing(0.5);
    plot.append(loss, 0, 1);
    plot.append(loss, 1, std::numeric_limits<double>::infinity());
    plot.append(loss, 2, 4);
    draw();
    // (0.5 * (0.5 * 1) + 0.5 * 4) / (1 - 0.5^2); the infinite value counts neither above nor below the line.
    EXPECT_NEAR((inner->graph(1)->data()->constEnd() - 1)->value, 3.0, 1e-12);
}

TEST_F(Plot, ThePastMayComeLater) {
    for (const int step : {5, 6, 7, 1, 3, 2, 6})
        plot.append(loss, step, 10 * step);
    EXPECT_EQ(plot.csv(), QStringLiteral("step,loss,entropy\n1,10,\n2,20,\n3,30,\n5,50,\n6,60,\n7,70,\n"));
}

TEST_F(Plot, AxesFollowUntilAPersonZooms) {
    for (int i = 1; i <= 100; ++i)
        plot.append(loss, i, i);
    draw();
    EXPECT_EQ(inner->xAxis->range().upper, 100);
    plot.setFollow(false);
    inner->xAxis->setRange(10, 20);
    plot.append(loss, 200, 1);
    draw();
    EXPECT_EQ(inner->xAxis->range().upper, 20);
    plot.setFollow(true);
    EXPECT_EQ(inner->xAxis->range().upper, 200);
}

TEST_F(Plot, WheelIsReported) {
    QSignalSpy spy(&plot, &CurvePlot::zoomed);
    draw();
    QWheelEvent wheel(QPointF(250, 120), inner->mapToGlobal(QPointF(250, 120)), {}, {0, 120}, Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(inner, &wheel);
    EXPECT_EQ(spy.count(), 1);
}

TEST_F(Plot, LogarithmicAxesTakeZeroAndBelow) {
    plot.append(loss, 0, -1);
    plot.append(loss, 1, 0);
    plot.append(loss, 2, 1e-3);
    plot.append(loss, 3, 10);
    plot.setLogarithmic(true, true);
    draw();
    EXPECT_TRUE(plot.isLogarithmicY());
    EXPECT_GT(inner->yAxis->range().lower, 0);
    EXPECT_LE(inner->yAxis->range().lower, 1e-3);
    EXPECT_GT(inner->yAxis->range().upper, 9);
    EXPECT_GT(inner->xAxis->range().lower, 0);
}

TEST_F(Plot, NothingPositiveOnALogarithmicAxis) {
    plot.append(loss, 1, -1);
    plot.append(loss, 2, 0);
    plot.setLogarithmic(false, true);
    draw();
    EXPECT_GT(inner->yAxis->range().lower, 0);
    EXPECT_GT(inner->yAxis->range().upper, inner->yAxis->range().lower);
}

TEST_F(Plot, TheReadOutTellsEveryCurveAtOneStep) {
    for (int i = 0; i <= 10; ++i) {
        plot.append(loss, i, i);
        plot.append(entropy, i, 100 + i);
    }
    draw();
    plot.showCursor(4.4);
    const auto labels = plot.findChildren<QLabel*>();
    ASSERT_FALSE(labels.isEmpty());
    EXPECT_TRUE(labels[0]->text().contains(QStringLiteral("104")));
    EXPECT_TRUE(labels[0]->text().contains(QStringLiteral("step&nbsp;4")));
    plot.showCursor(std::nullopt);
    EXPECT_TRUE(labels[0]->text().contains(QStringLiteral("110")));
}

TEST_F(Plot, ReferenceLevelsAreInsideTheView) {
    for (int i = 0; i < 20; ++i)
        plot.append(loss, i, 3);
    plot.setLevels({{QStringLiteral("ln K"), 6.93}});
    draw();
    EXPECT_GT(inner->yAxis->range().upper, 6.93);
}

TEST_F(Plot, MarksGoWithTheRun) {
    plot.append(loss, 1, 1);
    plot.addMark({1, QStringLiteral("learning rate 0.1 → 0.2")});
    draw();
    ASSERT_EQ(plot.marks().size(), 1U);
    plot.clear();
    draw();
    EXPECT_TRUE(plot.marks().empty());
    EXPECT_EQ(plot.pointCount(loss), 0U);
}

TEST_F(Plot, TableHoldsEveryPointInFullPrecision) {
    plot.append(loss, 1, 0.1);
    plot.append(loss, 2, 1.0 / 3);
    plot.append(entropy, 2, 1e-12);
    QStringList lines = plot.csv().split(QLatin1Char('\n'));
    ASSERT_EQ(lines.size(), 4);
    EXPECT_EQ(lines[1], QStringLiteral("1,0.1,"));
    EXPECT_EQ(lines[2].section(QLatin1Char(','), 1, 1).toDouble(), 1.0 / 3);
    EXPECT_EQ(lines[2].section(QLatin1Char(','), 2, 2).toDouble(), 1e-12);
}

TEST_F(Plot, ExportsThreeKindsOfFiles) {
    for (int i = 1; i < 50; ++i)
        plot.append(loss, i, std::sin(i));
    draw();
    const QTemporaryDir folder;
    for (const char* name : {"a.png", "a.svg", "a.csv"}) {
        const QString path = folder.filePath(QString::fromLatin1(name));
        EXPECT_EQ(plot.exportTo(path), std::nullopt);
        EXPECT_GT(QFile(path).size(), 200) << name;
    }
    EXPECT_EQ(QImage(folder.filePath(QStringLiteral("a.png"))).width(), 2 * inner->width());
    QFile svg(folder.filePath(QStringLiteral("a.svg")));
    ASSERT_TRUE(svg.open(QIODevice::ReadOnly));
    EXPECT_TRUE(svg.readAll().contains("<svg"));
    for (const char* name : {"none/a.png", "none/a.svg", "none/a.csv"})
        EXPECT_NE(plot.exportTo(folder.filePath(QString::fromLatin1(name))), std::nullopt) << name;
}

TEST_F(Plot, AMillionPointsAreDrawnFromFew) {
    for (int i = 0; i < 1'000'000; ++i)
        plot.append(loss, i, i == 654'321 ? 50 : std::sin(i * 1e-4));
    draw();
    EXPECT_EQ(plot.pointCount(loss), 1'000'000U);
    for (int i = 0; i < inner->graphCount(); ++i)
        EXPECT_LE(inner->graph(i)->data()->size(), 20'000) << "graph " << i;
}

TEST_F(Plot, ZoomingIntoManyPointsShowsThemAll) {
    for (int i = 0; i < 200'000; ++i)
        plot.append(loss, i, std::sin(i * 1e-3));
    draw();
    plot.setFollow(false);
    inner->xAxis->setRange(1000, 1100);
    EXPECT_GE(inner->graph(0)->data()->size(), 101);
    EXPECT_LE(inner->graph(0)->data()->size(), 103);
}

TEST_F(Plot, DoubleClickAsksForEverything) {
    QSignalSpy spy(&plot, &CurvePlot::resetAsked);
    QTest::mouseDClick(inner, Qt::LeftButton, {}, {200, 100});
    EXPECT_EQ(spy.count(), 1);
}

} // namespace
} // namespace dinoscope
