// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/color_map.h"
#include "widgets/heat_map_view.h"
#include "widgets/picture.h"

#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include <limits>

namespace dinoscope {
namespace {

QImage plain(const QSize& size, const QColor& color) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(color);
    return image;
}

TEST(Picture, SmallPicturesGrowByAWholeFactor) {
    const QRectF place = pictureArea({28, 28}, {0, 0, 200, 150});
    EXPECT_EQ(place.size(), QSizeF(140, 140));
    EXPECT_EQ(place.left(), 30);
}

TEST(Picture, LargePicturesShrinkToFit) {
    const QRectF place = pictureArea({400, 200}, {0, 0, 100, 100});
    EXPECT_EQ(place.size(), QSizeF(100, 50));
    EXPECT_TRUE(pictureArea({}, {0, 0, 10, 10}).isEmpty());
}

TEST(Picture, EnlargedPixelsStaySharp) {
    QImage two(2, 1, QImage::Format_RGB32);
    two.setPixel(0, 0, qRgb(0, 0, 0));
    two.setPixel(1, 0, qRgb(255, 255, 255));
    QImage canvas = plain({40, 20}, Qt::red);
    {
        QPainter painter(&canvas);
        drawPicture(painter, two, canvas.rect());
    }
    EXPECT_EQ(canvas.pixel(19, 10), qRgb(0, 0, 0));
    EXPECT_EQ(canvas.pixel(20, 10), qRgb(255, 255, 255));
}

TEST(ColorMap, EndsAndOrder) {
    EXPECT_EQ(colorMapNames().size(), 4);
    for (const ColorMap map : {ColorMap::inferno, ColorMap::viridis, ColorMap::magma}) {
        int before = -1;
        for (int i = 0; i <= 100; ++i) { // these three grow lighter all the way
            const int lightness = qGray(mapColor(map, i / 100.0));
            EXPECT_GE(lightness, before);
            before = lightness;
        }
    }
    EXPECT_EQ(mapColor(ColorMap::turbo, -1), mapColor(ColorMap::turbo, 0));
    EXPECT_EQ(mapColor(ColorMap::turbo, 2), mapColor(ColorMap::turbo, 1));
}

class HeatMap : public testing::Test {
protected:
    HeatMap() : view(QStringLiteral("student"), ColorRole::student) {
        view.resize(240, 200);
        view.setPicture(plain({28, 28}, Qt::black));
        view.setMap({0, 0.1F, 0.2F, 0.4F}, 2, 2);
        view.show();
    }
    /// The place of the picture: pure colours of the map at full opacity.
    QPoint find(QRgb color) {
        const QImage image = view.grab().toImage();
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width() - 85; ++x)
                if ((image.pixel(x, y) & 0xffffff) == (color & 0xffffff))
                    return {x, y};
        return {-1, -1};
    }
    HeatMapView view;
};

TEST_F(HeatMap, CellsAreFilledWithTheColorsOfTheirValues) {
    view.setOpacity(1);
    view.setColorMap(ColorMap::viridis);
    const QPoint most = find(mapColor(ColorMap::viridis, 1)), half = find(mapColor(ColorMap::viridis, 0.5));
    ASSERT_GE(most.x(), 0);
    ASSERT_GE(half.x(), 0);
    EXPECT_EQ(most.y(), half.y()) << "0.2 and 0.4 share the lower row";
    EXPECT_GT(most.x(), half.x());
}

TEST_F(HeatMap, ClickNamesTheCell) {
    view.setOpacity(1);
    QSignalSpy spy(&view, &HeatMapView::cellClicked);
    QTest::mouseClick(&view, Qt::LeftButton, {}, find(mapColor(ColorMap::inferno, 1)) + QPoint(3, 3));
    ASSERT_EQ(spy.count(), 1);
    EXPECT_EQ(spy[0][0].toInt(), 3);
}

TEST_F(HeatMap, ArrowKeysMoveTheQueryAndStopAtTheEdge) {
    QSignalSpy spy(&view, &HeatMapView::cellClicked);
    view.setQuery(2);
    QTest::keyClick(&view, Qt::Key_Up);
    QTest::keyClick(&view, Qt::Key_Down);
    view.setQuery(3);
    QTest::keyClick(&view, Qt::Key_Right);
    ASSERT_EQ(spy.count(), 3);
    EXPECT_EQ(spy[0][0].toInt(), 0);
    EXPECT_EQ(spy[2][0].toInt(), 3);
}

TEST_F(HeatMap, KeysNeverLeaveTheRow) {
    QSignalSpy spy(&view, &HeatMapView::cellClicked);
    view.setQuery(1);
    QTest::keyClick(&view, Qt::Key_Right);
    view.setQuery(3);
    QTest::keyClick(&view, Qt::Key_Down);
    ASSERT_EQ(spy.count(), 2);
    EXPECT_EQ(spy[0][0].toInt(), 1);
    EXPECT_EQ(spy[1][0].toInt(), 3);
}

TEST_F(HeatMap, MapOfAnotherShapeIsNotDrawn) {
    view.setMap({1, 2, 3}, 2, 2);
    view.setOpacity(1);
    EXPECT_EQ(find(mapColor(ColorMap::inferno, 1)).x(), -1);
}

TEST_F(HeatMap, ValuesThatAreNotNumbersAreLeftOut) {
    view.setOpacity(1);
    view.setMap({0, std::numeric_limits<float>::quiet_NaN(), 1, std::numeric_limits<float>::infinity()}, 2, 2);
    EXPECT_GE(find(mapColor(ColorMap::inferno, 1)).x(), 0);
}

} // namespace
} // namespace dinoscope
