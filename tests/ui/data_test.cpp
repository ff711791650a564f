// SPDX-License-Identifier: GPL-3.0-or-later
// The pictures of a run: what is known at once, scans, samples, and what the memory holds.
#include "tests/fakes/fake_answers.h"
#include "tests/ui/window_fixture.h"
#include "ui/data_words.h"
#include "ui/panels/data_panel.h"
#include "ui/sample_grid.h"
#include "widgets/bar_strip.h"
#include "widgets/picture_strip.h"
#include "widgets/record_table.h"

#include <QClipboard>
#include <QLabel>
#include <QPushButton>

#include <algorithm>
#include <set>

namespace dinoscope {
namespace {

class DataTest : public WindowFixture {
protected:
    DataPanel& data() const { return *window->workspace().panel<DataPanel>(); }
    void raise() { window->workspace().dock(QStringLiteral("data"))->raise(); }

    /// A window with the panel in front and, if `path` is given, these pictures in the draft.
    void showPanel(const char* path = nullptr) {
        makeWindow();
        if (path) {
            ASSERT_FALSE(window->draft().setText("data.path", path));
        }
        window->showWorkspace();
        ASSERT_TRUE(waitFor([&] {
            raise();
            return data().isVisible();
        }));
    }
    void openRun() {
        pauseAtStart();
        ASSERT_TRUE(waitFor([&] {
            raise();
            return data().isVisible();
        }));
    }
    void scan() {
        data().scanButton().click();
        ASSERT_TRUE(waitFor([&] { return data().report().has_value(); }));
    }
    std::vector<ScanRequest> scans() const {
        std::vector<ScanRequest> found;
        for (const StartJobCommand& job : script->received<StartJobCommand>())
            if (const auto* one = std::get_if<ScanRequest>(&job.request))
                found.push_back(*one);
        return found;
    }
};

TEST_F(DataTest, BeforeARunItIsAboutThePicturesOfTheNextOne) {
    showPanel("/pictures/of/mine");
    EXPECT_TRUE(data().facts().contains(QStringLiteral("/pictures/of/mine"))) << data().facts().toStdString();
    EXPECT_TRUE(data().cacheState().isEmpty());
    EXPECT_FALSE(data().samples().strip().isVisible());
    EXPECT_FALSE(data().samples().status().isEmpty());
    EXPECT_FALSE(window->draft().setText("data.official_loading", "true"));
    scan();
    ASSERT_EQ(scans().size(), 1U);
    EXPECT_EQ(scans()[0].path, "/pictures/of/mine");
    EXPECT_TRUE(scans()[0].officialLoading);
    EXPECT_TRUE(scans()[0].colors);
    EXPECT_TRUE(scans()[0].meanPicture);
    EXPECT_FALSE(window->draft().setText("data.path", "/others"));
    EXPECT_FALSE(data().report()) << "what was found is of other pictures";
    EXPECT_FALSE(window->draft().setText("data.path", ""));
    EXPECT_FALSE(data().scanButton().isEnabled());
    EXPECT_TRUE(data().facts().contains(QStringLiteral("data.path")));
}

TEST_F(DataTest, SaysAtOnceWhatTheRunKnows) {
    makeWindow();
    openRun();
    EXPECT_TRUE(data().facts().contains(QStringLiteral("60,000 pictures to train on, in 10 classes; grey")))
        << data().facts().toStdString();
    EXPECT_EQ(data().classTable().rowCount(), 10);
    EXPECT_EQ(data().classTable().textAt(9, 0), QStringLiteral("Ankle boot"));
    EXPECT_FALSE(data().report());
    EXPECT_FALSE(data().problemTable().isVisibleTo(&data()));
    scan();
    EXPECT_EQ(scans()[0].path, "/data");
    EXPECT_EQ(data().classTable().textAt(0, 1), QStringLiteral("5,955"));
    EXPECT_TRUE(data().counts().contains(QStringLiteral("70,000 pictures, 10,000 of them to measure with: all can")))
        << data().counts().toStdString();
    EXPECT_EQ(data().sizeStrip().values(), (std::vector<float>{60000, 0, 8000, 2000}));
    EXPECT_EQ(data().meanPicture().tiles().size(), 1U);
    EXPECT_FALSE(data().problemTable().isVisibleTo(&data()));
}

TEST_F(DataTest, WithoutLabelsItSaysSo) {
    script->labelled = false;
    makeWindow();
    openRun();
    EXPECT_TRUE(data().facts().contains(QStringLiteral("without labels")));
    scan();
    EXPECT_FALSE(data().classTable().isVisibleTo(&data()));
    const auto labels = data().findChildren<QLabel*>();
    EXPECT_TRUE(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->text().contains(QStringLiteral("have no labels")) && label->isVisible();
    }));
}

TEST_F(DataTest, ListsEveryBadFileToBeSortedAndCopied) {
    showPanel("/pictures/damaged");
    scan();
    EXPECT_TRUE(data().counts().contains(QStringLiteral("67,000 can be used; 2,000 truncated, 1,000 unsupported")))
        << data().counts().toStdString();
    EXPECT_TRUE(data().counts().contains(QStringLiteral("12 other files")));
    RecordTable& table = data().problemTable();
    ASSERT_EQ(table.rowCount(), 3000);
    EXPECT_EQ(table.textAt(1, 0), QStringLiteral("/pictures/damaged/10001.jpg"));
    EXPECT_EQ(table.textAt(1, 1), QStringLiteral("truncated"));
    EXPECT_FALSE(table.textAt(1, 2).isEmpty());
    table.sortByColumn(1, Qt::DescendingOrder);
    EXPECT_EQ(table.textAt(0, 1), QStringLiteral("unsupported"));
    table.selectRow(2999);
    EXPECT_EQ(data().reason(), QStringLiteral("The file ends before the picture does: copy it again."));
    table.clearSelection();
    data().copyButton().click();
    const QString copied = QApplication::clipboard()->text();
    EXPECT_EQ(copied.count(QLatin1Char('\n')), 3000);
    EXPECT_TRUE(copied.startsWith(table.textAt(0, 0) + QLatin1Char('\t')));
    EXPECT_FALSE(data().message().isEmpty());
}

TEST_F(DataTest, MeanAndDeviationGoIntoTheNextRun) {
    makeWindow();
    openRun();
    EXPECT_FALSE(data().takeColorsButton().isVisible());
    scan();
    data().takeColorsButton().click();
    EXPECT_EQ(window->draft().params().at("augment.mean"), ParamValue(std::string("0.2860")));
    EXPECT_EQ(window->draft().params().at("augment.std"), ParamValue(std::string("0.3530")));
    EXPECT_FALSE(data().message().isEmpty());
    EXPECT_TRUE(data().report()) << "the pictures are the same";
}

TEST_F(DataTest, AScanShowsItsProgressAndCanBeGivenUp) {
    showPanel();
    script->gate.hold("job");
    data().scanButton().click();
    EXPECT_TRUE(data().isScanning());
    EXPECT_FALSE(data().scanButton().isEnabled());
    EXPECT_TRUE(data().cancelButton().isVisible());
    script->gate.waitForArrivals("job", 1);
    data().cancelButton().click();
    script->gate.release("job");
    ASSERT_TRUE(waitFor([&] { return !data().isScanning(); }));
    EXPECT_FALSE(data().report());
    EXPECT_TRUE(data().message().contains(QStringLiteral("given up"))) << data().message().toStdString();
    EXPECT_TRUE(data().scanButton().isEnabled());
    EXPECT_FALSE(data().cancelButton().isVisible());
}

TEST_F(DataTest, AScanThatFailsSaysWhy) {
    showPanel();
    script->failNext("job", {ErrorCode::notFound, "data", "/data does not exist: check data.path.", {}, {}});
    data().scanButton().click();
    ASSERT_TRUE(waitFor([&] { return !data().message().isEmpty(); }));
    EXPECT_EQ(data().message(), QStringLiteral("/data does not exist: check data.path."));
    EXPECT_FALSE(data().isScanning());
}

TEST_F(DataTest, AScanBesideTheTrainingTakesOneThread) {
    makeWindow();
    openRun();
    scan();
    EXPECT_EQ(scans().back().threads, 0);
    script->gate.hold("step");
    window->runBar().action(CommandKind::run)->trigger();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::running; }));
    data().scanButton().click();
    script->gate.release("step");
    ASSERT_TRUE(waitFor([&] { return scans().size() == 2; }));
    EXPECT_EQ(scans().back().threads, 1);
}

TEST_F(DataTest, PagesOfSamplesInOrderAndAtRandom) {
    makeWindow();
    openRun();
    SampleGrid& grid = data().samples();
    ASSERT_TRUE(waitFor([&] { return grid.strip().tiles().size() == SampleGrid::kPage; }));
    EXPECT_TRUE(data().hasShown(Step{1}));
    EXPECT_EQ(grid.strip().tiles()[1].words, QStringLiteral("Trouser"));
    EXPECT_EQ(grid.strip().tiles()[13].words, QStringLiteral("bad"));
    QTest::keyClick(&grid.strip(), Qt::Key_Return);
    EXPECT_EQ(grid.status(), QStringLiteral("Picture 0, T-shirt"));
    EXPECT_FALSE(grid.previousButton().isEnabled());
    grid.nextButton().click();
    EXPECT_EQ(grid.samples().front(), SampleGrid::kPage);
    ASSERT_TRUE(waitFor([&] { return !grid.isWaiting(); }));
    EXPECT_EQ(grid.strip().tiles()[0].words, QStringLiteral("Coat"));
    grid.previousButton().click();
    EXPECT_EQ(grid.samples().front(), 0);
    grid.randomButton().click();
    const std::vector<std::int64_t> first = grid.samples();
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), static_cast<std::size_t>(SampleGrid::kPage));
    grid.randomButton().click();
    EXPECT_NE(grid.samples(), first);
    ASSERT_TRUE(waitFor([&] { return !grid.isWaiting(); }));
    EXPECT_EQ(grid.strip().tiles().size(), static_cast<std::size_t>(SampleGrid::kPage));
}

TEST_F(DataTest, TellsWhatTheMemoryHolds) {
    makeWindow();
    openRun();
    EXPECT_TRUE(waitFor([&] { return data().cacheState().contains(QStringLiteral("128 as files")); }))
        << data().cacheState().toStdString();
    window->runBar().action(CommandKind::step)->trigger();
    EXPECT_TRUE(waitFor([&] { return data().cacheState().contains(QStringLiteral("256 as files")); }));
}

TEST(DataWordsTest, SaysWhyNothingIsKept) {
    EXPECT_TRUE(cacheWords({}, 0).contains(QStringLiteral("data.cache_mb is 0")));
    EXPECT_TRUE(cacheWords({}, 512).contains(QStringLiteral("lie in memory as a whole")));
    CacheState state;
    state.budget = 2'000'000'000;
    EXPECT_TRUE(cacheWords(state, 1907).contains(QStringLiteral("no picture yet")));
    state.decodedPictures = 1;
    state.decodedBytes = 30'000'000;
    state.misses = 1;
    state.decodedHits = 2;
    state.readBytes = 4'000'000;
    EXPECT_EQ(cacheWords(state, 1907),
              QStringLiteral("Memory for pictures: 30 MB of 2.0 GB in use, pictures kept: 1 decoded. Read from files: "
                             "4.0 MB in 1 picture; served from memory: 2 of 3 requests."));
}

TEST(DataWordsTest, SizesOfOneKindAreNoRange) {
    ScanReport report;
    EXPECT_TRUE(sizeWords(report).isEmpty());
    report.counts[0] = 3;
    report.leastWidth = report.mostWidth = 28;
    report.leastHeight = 20;
    report.mostHeight = 30;
    EXPECT_EQ(sizeWords(report), QStringLiteral("28 pixels wide, 20 to 30 high."));
    EXPECT_EQ(channelText({0.5, 0.123456}), QStringLiteral("0.5000 0.1235"));
}

} // namespace
} // namespace dinoscope
