// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/bar_strip.h"
#include "widgets/crop_board.h"
#include "widgets/log_view.h"
#include "widgets/matrix_view.h"
#include "widgets/message_bar.h"
#include "widgets/meter_bar.h"
#include "widgets/picture_strip.h"
#include "widgets/record_table.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QTest>

#include <gtest/gtest.h>

#include <limits>

namespace dinoscope {
namespace {

/// Pixels of `color` in what the widget draws.
int count(QWidget& widget, const QColor& color) {
    const QImage image = widget.grab().toImage();
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            found += (image.pixel(x, y) & 0xffffff) == (color.rgb() & 0xffffff) ? 1 : 0;
    return found;
}

TEST(BarStrip, APeakSurvivesManyBarsAPixel) {
    BarStrip strip(QStringLiteral("softmax"), ColorRole::teacher);
    strip.resize(200, 80);
    std::vector<float> values(65536, 0.0F);
    values[40000] = 1;
    strip.setValues(values);
    EXPECT_GE(count(strip, themeColor(ColorRole::teacher, strip.palette())), 40);
}

TEST(BarStrip, NegativeAndNotFiniteValuesAreDrawn) {
    BarStrip strip(QStringLiteral("logits"), ColorRole::student);
    strip.resize(200, 80);
    strip.setValues({-1, 1, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()});
    EXPECT_GT(count(strip, themeColor(ColorRole::student, strip.palette())), 500);
    strip.setValues({});
    EXPECT_TRUE(strip.values().empty());
    EXPECT_EQ(count(strip, themeColor(ColorRole::student, strip.palette())), 0);
}

TEST(BarStrip, NamesTakeRoomOnlyWhereAllFit) {
    BarStrip strip(QStringLiteral("sides"), ColorRole::accent);
    strip.resize(200, 80);
    strip.setValues({3, 3});
    const int without = count(strip, themeColor(ColorRole::accent, strip.palette()));
    strip.setNames(
        {{QStringLiteral("16 to 31"), QStringLiteral("16")}, {QStringLiteral("32 to 63"), QStringLiteral("32")}});
    const int named = count(strip, themeColor(ColorRole::accent, strip.palette()));
    EXPECT_LT(named, without);
    EXPECT_GT(named, without / 2);
    strip.resize(70, 80);
    EXPECT_GT(count(strip, themeColor(ColorRole::accent, strip.palette())), 0);
}

TEST(RecordTable, SortsNumbersAsNumbersAndCopiesWhatIsShown) {
    RecordTable table(QStringLiteral("Classes"), {QStringLiteral("Class"), QStringLiteral("Pictures")}, 3);
    table.setRows({{QStringLiteral("b"), 9LL}, {QStringLiteral("A"), 1200LL}, {QStringLiteral("c"), 30LL}});
    ASSERT_EQ(table.rowCount(), 3);
    EXPECT_EQ(table.textAt(0, 0), QStringLiteral("b")) << "its own order at first";
    EXPECT_EQ(table.textAt(1, 1), QStringLiteral("1,200"));
    table.sortByColumn(1, Qt::DescendingOrder);
    EXPECT_EQ(table.textAt(0, 0), QStringLiteral("A"));
    EXPECT_EQ(table.textAt(2, 1), QStringLiteral("9"));
    table.sortByColumn(0, Qt::AscendingOrder);
    EXPECT_EQ(table.asText(), QStringLiteral("A\t1200\nb\t9\nc\t30\n"));
    table.selectRow(1);
    QTest::keySequence(&table, QKeySequence::Copy);
    EXPECT_EQ(QApplication::clipboard()->text(), QStringLiteral("b\t9\n"));
}

TEST(RecordTable, IsAsHighAsItsRowsUpToALimit) {
    RecordTable table(QStringLiteral("Files"), {QStringLiteral("File")}, 3);
    const int none = table.height();
    std::vector<RecordTable::Row> rows(20'000, {QStringLiteral("x")});
    table.setRows({rows[0]});
    const int one = table.height();
    table.setRows(std::move(rows));
    EXPECT_EQ(table.rowCount(), 20'000);
    EXPECT_GT(one, none);
    EXPECT_EQ(table.height() - none, 3 * (one - none));
}

TEST(LogView, FiltersByWordsAndWeight) {
    LogView log;
    log.append(LogView::Weight::info, 1, QStringLiteral("Run opened."));
    log.append(LogView::Weight::warning, 2, QStringLiteral("A picture was replaced."));
    log.append(LogView::Weight::error, 3, QStringLiteral("The run is paused."));
    EXPECT_EQ(log.visibleLineCount(), 3);
    log.setFilter(QStringLiteral("RUN"));
    EXPECT_EQ(log.visibleLineCount(), 2);
    log.findChild<QComboBox*>()->setCurrentIndex(1);
    EXPECT_EQ(log.visibleLineCount(), 1);
    log.setFilter({});
    EXPECT_EQ(log.visibleLineCount(), 2);
    log.clear();
    EXPECT_EQ(log.lineCount(), 0);
}

TEST(LogView, KeepsTheNewestLines) {
    LogView log;
    for (int i = 0; i < 5010; ++i)
        log.append(LogView::Weight::info, i, QStringLiteral("line %1.").arg(i));
    EXPECT_EQ(log.lineCount(), 5000);
    log.setFilter(QStringLiteral("line 5009."));
    EXPECT_EQ(log.visibleLineCount(), 1);
    log.setFilter(QStringLiteral("line 9."));
    EXPECT_EQ(log.visibleLineCount(), 0);
}

TEST(MessageBar, IsSeenWhileThereIsASentence) {
    QWidget window;
    MessageBar bar(&window);
    EXPECT_TRUE(bar.isHidden());
    bar.say(MessageBar::Kind::error, QStringLiteral("The disk is full."));
    EXPECT_FALSE(bar.isHidden());
    EXPECT_EQ(bar.sentence(), QStringLiteral("The disk is full."));
    bar.findChild<QAbstractButton*>()->click();
    EXPECT_TRUE(bar.isHidden());
    EXPECT_EQ(bar.sentence(), QString());
}

TEST(MeterBar, SaysItsJudgementAndMakesRoomForTheAdvice) {
    MeterBar meter(QStringLiteral("Teacher entropy"));
    const int low = meter.heightForWidth(200);
    const QString advice =
        QStringLiteral("The teacher is nearly certain of one dimension for every picture. Raise its temperature.");
    meter.setReading(0.1, QStringLiteral("0.3"), MeterBar::Judgement::bad, advice);
    EXPECT_GT(meter.heightForWidth(200), low);
    EXPECT_TRUE(meter.accessibleDescription().contains(advice));
    meter.resize(200, meter.heightForWidth(200));
    EXPECT_GT(count(meter, themeColor(ColorRole::bad, meter.palette())), 20);
    meter.clear();
    EXPECT_EQ(meter.judgement(), MeterBar::Judgement::unknown);
    EXPECT_EQ(count(meter, themeColor(ColorRole::bad, meter.palette())), 0);
}

TEST(CropBoard, DrawsTheBoxesInTheColorsOfTheNetworks) {
    CropBoard board;
    board.resize(480, 220);
    QImage source(28, 28, QImage::Format_RGB32);
    source.fill(Qt::black);
    board.show(source, QStringLiteral("sample 1"),
               {{source, {2, 2, 20, 20}, QStringLiteral("global 1"), {}, QStringLiteral("teacher"), {}, true},
                {source.copy(0, 0, 14, 14),
                 {8, 8, 9, 9},
                 QStringLiteral("local 1"),
                 {},
                 QStringLiteral("student"),
                 {},
                 false}});
    EXPECT_EQ(board.cropCount(), 2U);
    EXPECT_GT(count(board, themeColor(ColorRole::teacher, board.palette())), 100);
    EXPECT_GT(count(board, themeColor(ColorRole::student, board.palette())), 40);
    board.show({}, {}, {});
    EXPECT_EQ(count(board, themeColor(ColorRole::teacher, board.palette())), 0);
}

TEST(CropBoard, ArrowKeysMarkACropAndTellWhatWasDoneToIt) {
    CropBoard board;
    board.resize(480, 220);
    QImage source(28, 28, QImage::Format_RGB32);
    source.fill(Qt::black);
    board.show(source, QStringLiteral("sample 1"),
               {{source, {2, 2, 20, 20}, {}, {}, {}, QStringLiteral("Mirrored"), true},
                {source, {8, 8, 9, 9}, {}, {}, {}, QStringLiteral("Blurred"), false}});
    EXPECT_EQ(board.focusPolicy(), Qt::StrongFocus);
    EXPECT_EQ(board.accessibleDescription(), QStringLiteral("sample 1"));
    QTest::keyClick(&board, Qt::Key_Right);
    EXPECT_EQ(board.marked(), 0);
    QTest::keyClick(&board, Qt::Key_Right);
    EXPECT_EQ(board.marked(), 1);
    EXPECT_EQ(board.accessibleDescription(), QStringLiteral("Blurred"));
    EXPECT_GT(count(board, themeColor(ColorRole::accent, board.palette())), 20);
    QTest::keyClick(&board, Qt::Key_Right);
    EXPECT_EQ(board.marked(), 1) << "there is no further one";
    board.show(source, QStringLiteral("sample 2"), {});
    EXPECT_EQ(board.marked(), -1);
    EXPECT_EQ(board.accessibleDescription(), QStringLiteral("sample 2"));
}

TEST(PictureStrip, APictureIsOpenedAndHasAMenu) {
    PictureStrip strip(QStringLiteral("Training pictures"), ColorRole::text);
    strip.resize(420, 120);
    QImage red(28, 28, QImage::Format_RGB32);
    red.fill(QColor(200, 10, 10));
    strip.setTiles(std::vector<PictureStrip::Tile>(2, {red, QStringLiteral("bag"), {}, false}));
    std::vector<int> opened, asked;
    QObject::connect(&strip, &PictureStrip::opened, [&](int tile) { opened.push_back(tile); });
    QObject::connect(&strip, &PictureStrip::menuAsked, [&](int tile, const QPoint&) { asked.push_back(tile); });
    QTest::keyClick(&strip, Qt::Key_Right);
    QTest::keyClick(&strip, Qt::Key_Space);
    EXPECT_TRUE(opened.empty()) << "Space chooses";
    QTest::keyClick(&strip, Qt::Key_Return);
    EXPECT_EQ(opened, std::vector<int>{1});
    QContextMenuEvent byKey(QContextMenuEvent::Keyboard, QPoint(), QPoint());
    QApplication::sendEvent(&strip, &byKey);
    EXPECT_EQ(asked, std::vector<int>{1});
    const QImage image = strip.grab().toImage();
    QPoint inside(0, 60);
    while (inside.x() < image.width() - 1 && image.pixelColor(inside) != QColor(200, 10, 10))
        inside.rx() += 1;
    QTest::mouseDClick(&strip, Qt::LeftButton, {}, inside);
    EXPECT_EQ(opened.size(), 1U) << "the press of a double click has not come here";
    QTest::mouseClick(&strip, Qt::LeftButton, {}, inside);
    QTest::mouseDClick(&strip, Qt::LeftButton, {}, inside);
    EXPECT_EQ(opened, (std::vector<int>{1, 0}));
    QContextMenuEvent beside(QContextMenuEvent::Mouse, QPoint(3, 3), strip.mapToGlobal(QPoint(3, 3)));
    QApplication::sendEvent(&strip, &beside);
    EXPECT_EQ(asked.size(), 1U);
}

TEST(PictureStrip, APictureIsChosenByClickAndByKey) {
    PictureStrip strip(QStringLiteral("Student"), ColorRole::student);
    strip.resize(420, 120);
    QImage red(28, 28, QImage::Format_RGB32), blue(28, 28, QImage::Format_RGB32);
    red.fill(QColor(200, 10, 10));
    blue.fill(QColor(10, 10, 200));
    strip.setTiles({{red, QStringLiteral("bag 0.99"), {}, true}, {blue, QStringLiteral("coat 0.98"), {}, false}});
    EXPECT_GT(count(strip, QColor(200, 10, 10)), 28 * 28);
    EXPECT_GT(count(strip, themeColor(ColorRole::good, strip.palette())), 50) << "the frame of the marked one";
    int chosen = -1;
    QObject::connect(&strip, &PictureStrip::chosen, [&](int tile) { chosen = tile; });
    const QImage image = strip.grab().toImage();
    for (int x = 0; x < image.width() && chosen < 0; ++x)
        if (image.pixelColor(x, 60) == QColor(10, 10, 200))
            QTest::mouseClick(&strip, Qt::LeftButton, {}, QPoint(x, 60));
    EXPECT_EQ(chosen, 1);
    QTest::keyClick(&strip, Qt::Key_Left);
    QTest::keyClick(&strip, Qt::Key_Return);
    EXPECT_EQ(chosen, 0);
    chosen = -1;
    QTest::mouseClick(&strip, Qt::LeftButton, {}, QPoint(3, 3));
    EXPECT_EQ(chosen, -1) << "beside the pictures";
    strip.setTiles({});
    QTest::keyClick(&strip, Qt::Key_Return);
    EXPECT_EQ(chosen, -1);
}

TEST(PictureStrip, PicturesThatAreTooSmallForWordsGetTheirRoom) {
    PictureStrip strip(QStringLiteral("Student"), ColorRole::student);
    QImage red(8, 8, QImage::Format_RGB32);
    red.fill(QColor(200, 10, 10));
    strip.setTiles(std::vector<PictureStrip::Tile>(32, {red, QStringLiteral("bag"), {}, false}));
    strip.resize(300, 80);
    EXPECT_GE(count(strip, QColor(200, 10, 10)), 32 * 14 * 14);
}

TEST(MatrixView, TakesAnyShape) {
    MatrixView view(QStringLiteral("teacher"), QStringLiteral("student"));
    view.resize(300, 90);
    view.setValues({std::numeric_limits<double>::quiet_NaN(), 1, 2, std::numeric_limits<double>::quiet_NaN()}, 2, 2);
    EXPECT_FALSE(view.grab().isNull());
    view.setValues({}, 0, 0);
    EXPECT_FALSE(view.grab().isNull());
    view.setValues({1}, 2, 2);
    EXPECT_FALSE(view.grab().isNull());
}

} // namespace
} // namespace dinoscope
