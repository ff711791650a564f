// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of the data set and of one's own in the panels that show them, and the ways from panel to panel.
#include "tests/ui/folder_catcher.h"
#include "tests/ui/window_fixture.h"
#include "ui/file_places.h"
#include "ui/panels/attention_panel.h"
#include "ui/panels/crops_panel.h"
#include "ui/panels/data_panel.h"
#include "ui/panels/neighbours_panel.h"
#include "ui/picture_drop.h"
#include "ui/picture_menu.h"
#include "ui/sample_grid.h"
#include "widgets/crop_board.h"
#include "widgets/heat_map_view.h"
#include "widgets/picture_strip.h"
#include "widgets/record_table.h"

#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>

namespace dinoscope {
namespace {

QImage slope(int width, int height) {
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(x, y, qRgb(255 * x / width, 255 * y / height, 90));
    return image;
}

class PicturesTest : public WindowFixture {
protected:
    template <class P> P& panel() const { return *window->workspace().panel<P>(); }
    CropsPanel& crops() const { return panel<CropsPanel>(); }
    void openRun(const char* dock = "crops") {
        makeWindow();
        pauseAtStart();
        ASSERT_TRUE(waitFor([&] {
            window->workspace().dock(QString::fromLatin1(dock))->raise();
            return window->hasShown(Step{1}) && crops().board().cropCount() > 0;
        }));
    }
    /// A file in the test's folder.
    QString picture(const char* name, int width = 60, int height = 40) const {
        const QString path = folder.filePath(QString::fromLatin1(name));
        EXPECT_TRUE(slope(width, height).save(path)) << name;
        return path;
    }
    QString file(const char* name, const QByteArray& bytes) const {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        return file.fileName();
    }
    bool shows(const QString& words) {
        return waitFor([&] { return crops().board().caption().contains(words) && !crops().board().isDimmed(); });
    }
    /// What was asked last of a kind of probe.
    template <class Question> Question lastQuestion() const {
        Question last;
        for (const RequestProbeCommand& asked : script->received<RequestProbeCommand>())
            if (const auto* question = std::get_if<Question>(&asked.request.question))
                last = *question;
        return last;
    }
    QTemporaryDir folder;
};

TEST_F(PicturesTest, AFileOfOnesOwnIsCut) {
    openRun();
    EXPECT_TRUE(crops().source().isLastBatch());
    EXPECT_FALSE(crops().rerollButton().isEnabled());
    crops().source().openFile(picture("cat.png"));
    EXPECT_TRUE(crops().note().contains(QStringLiteral("cat.png"))) << "it says that it reads";
    ASSERT_TRUE(shows(QStringLiteral("cat.png, step 1, 60 × 40 px"))) << crops().board().caption().toStdString();
    EXPECT_TRUE(crops().note().isEmpty()) << crops().note().toStdString();
    const auto asked = lastQuestion<CropsRequest>();
    EXPECT_EQ(asked.picture.kind, PictureRef::Kind::given);
    ASSERT_TRUE(asked.picture.image);
    EXPECT_EQ(asked.picture.image->width, 60);
    EXPECT_EQ(asked.picture.image->channels, 3);
    ASSERT_TRUE(crops().rerollButton().isEnabled());
    const QRectF box = crops().board().crops()[0].box;
    crops().rerollButton().click();
    EXPECT_TRUE(waitFor([&] { return crops().board().crops()[0].box != box; })) << "cut as in another epoch";
    EXPECT_EQ(crops().source().kindBox().currentText(), QStringLiteral("cat.png"));
    crops().source().show({PictureRef::Kind::sample, 4, {}, {}});
    ASSERT_TRUE(shows(QStringLiteral("Picture 4")));
    crops().source().kindBox().setCurrentIndex(2);
    emit crops().source().kindBox().activated(2);
    EXPECT_TRUE(shows(QStringLiteral("cat.png"))) << "it is kept";
}

TEST_F(PicturesTest, WhatIsNoPictureIsNamedAndTheShownOneStays) {
    openRun();
    crops().source().openFile(picture("cat.png"));
    ASSERT_TRUE(shows(QStringLiteral("cat.png")));
    QFile whole(picture("whole.png", 200, 100));
    ASSERT_TRUE(whole.open(QIODevice::ReadOnly));
    const QByteArray bytes = whole.readAll();
    const std::vector<QString> bad = {file("cut.png", bytes.left(bytes.size() / 2)), file("words.jpg", "no picture"),
                                      folder.path(), folder.filePath(QStringLiteral("gone.png")),
                                      picture("tiny.png", 2, 2)};
    for (const QString& path : bad) {
        crops().source().openFile(path);
        ASSERT_TRUE(waitFor([&] { return crops().note().startsWith(path); })) << crops().note().toStdString();
        EXPECT_FALSE(crops().source().reader().isReading());
        EXPECT_EQ(crops().source().picture().name, "cat.png");
        EXPECT_TRUE(crops().board().caption().contains(QStringLiteral("cat.png")));
        EXPECT_FALSE(crops().board().isDimmed());
    }
    window->runBar().action(CommandKind::step)->trigger();
    EXPECT_TRUE(waitFor([&] { return crops().board().caption().contains(QStringLiteral("step 2")); }));
    EXPECT_FALSE(crops().note().isEmpty()) << "an answer does not wipe the sentence away";
    crops().source().show({PictureRef::Kind::sample, 1, {}, {}});
    EXPECT_TRUE(crops().note().isEmpty()) << "another picture does";
}

TEST_F(PicturesTest, TheNewestOfTwoFilesIsShown) {
    openRun();
    crops().source().openFile(picture("first.png", 1500, 1500));
    crops().source().openFile(picture("second.png"));
    ASSERT_TRUE(shows(QStringLiteral("second.png")));
    crops().source().openFile(picture("third.png", 1500, 1500));
    crops().source().show({PictureRef::Kind::sample, 3, {}, {}});
    EXPECT_TRUE(shows(QStringLiteral("third.png"))) << "what was asked for comes when it has been read";
}

TEST_F(PicturesTest, FilesAndPicturesCanBeDropped) {
    openRun();
    const auto drop = [&](const QMimeData& data) {
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&crops(), &enter);
        if (!enter.isAccepted())
            return false;
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(&crops(), &event);
        return event.isAccepted();
    };
    QMimeData one, two, remote, picture, words;
    one.setUrls({QUrl::fromLocalFile(this->picture("dropped.png"))});
    EXPECT_TRUE(drop(one));
    ASSERT_TRUE(shows(QStringLiteral("dropped.png")));
    two.setUrls({QUrl::fromLocalFile(QStringLiteral("/a/one.png")), QUrl::fromLocalFile(QStringLiteral("/a/two.png"))});
    EXPECT_TRUE(drop(two));
    EXPECT_TRUE(crops().note().contains(QStringLiteral("one picture at a time"))) << crops().note().toStdString();
    remote.setUrls({QUrl(QStringLiteral("https://example.org/cat.jpg"))});
    EXPECT_TRUE(drop(remote));
    EXPECT_TRUE(crops().note().contains(QStringLiteral("https://example.org/cat.jpg"))) << crops().note().toStdString();
    EXPECT_EQ(crops().source().picture().name, "dropped.png");
    words.setText(QStringLiteral("some words"));
    EXPECT_FALSE(drop(words)) << "the cursor says that it cannot be dropped";
    picture.setImageData(slope(30, 20));
    EXPECT_TRUE(drop(picture));
    EXPECT_TRUE(shows(QStringLiteral("30 × 20 px")));
    EXPECT_TRUE(crops().note().isEmpty());
}

TEST_F(PicturesTest, APictureCanBePasted) {
    openRun();
    window->activateWindow();
    ASSERT_TRUE(QTest::qWaitForWindowActive(window.get()));
    QImage glass(20, 10, QImage::Format_ARGB32);
    glass.fill(qRgba(255, 0, 0, 0));
    QApplication::clipboard()->setImage(glass);
    crops().setFocus();
    QTest::keySequence(&crops(), QKeySequence::Paste);
    ASSERT_TRUE(shows(QStringLiteral("20 × 10 px")));
    const Image& pasted = *crops().source().picture().image;
    EXPECT_EQ(pasted.pixels, std::vector<std::uint8_t>(600, 255)) << "what is transparent lies over white";
    QApplication::clipboard()->setText(QStringLiteral("some words"));
    crops().source().drop().paste();
    EXPECT_TRUE(crops().note().contains(QStringLiteral("no picture in the clipboard"))) << crops().note().toStdString();
    QApplication::clipboard()->setImage(slope(2, 2));
    crops().source().drop().paste();
    EXPECT_TRUE(crops().note().contains(QStringLiteral("2 × 2 pixels"))) << crops().note().toStdString();
    EXPECT_EQ(crops().source().picture().image->width, 20);
}

TEST_F(PicturesTest, AttentionAndNeighboursTakeFilesToo) {
    openRun();
    const QString path = picture("cat.png");
    panel<AttentionPanel>().source().openFile(path);
    EXPECT_TRUE(
        waitFor([&] { return panel<AttentionPanel>().studentView().caption().contains(QStringLiteral("cat.png")); }));
    EXPECT_EQ(lastQuestion<AttentionRequest>().picture.name, "cat.png");
    window->workspace().dock(QStringLiteral("neighbours"))->raise();
    panel<NeighboursPanel>().source().openFile(path);
    EXPECT_TRUE(waitFor([&] { return lastQuestion<NeighboursRequest>().picture.name == "cat.png"; }));
}

TEST_F(PicturesTest, NumbersStayInsideOfWhatThereIs) {
    openRun();
    auto* number = crops().findChild<QSpinBox*>(); // the first is that of the picture
    EXPECT_EQ(number->maximum(), 127) << "rows of the batch";
    number->setValue(5);
    ASSERT_TRUE(shows(QStringLiteral("Row 5")));
    crops().source().show({PictureRef::Kind::sample, 1234, {}, {}});
    ASSERT_TRUE(shows(QStringLiteral("Picture 1234")));
    EXPECT_EQ(number->maximum(), 59999);
    crops().source().kindBox().setCurrentIndex(0);
    emit crops().source().kindBox().activated(0);
    EXPECT_TRUE(shows(QStringLiteral("Row 5"))) << "each has a number of its own";
}

TEST_F(PicturesTest, ASampleOpensInCropsAlsoWhereThatIsClosed) {
    openRun("data");
    SampleGrid& grid = panel<DataPanel>().samples();
    ASSERT_TRUE(waitFor([&] { return grid.strip().tiles().size() == SampleGrid::kPage; }));
    window->workspace().dock(QStringLiteral("crops"))->close();
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(&grid.strip(), Qt::Key_Right);
    QTest::keyClick(&grid.strip(), Qt::Key_Return);
    ASSERT_TRUE(waitFor([&] { return crops().isVisible() && !crops().visibleRegion().isEmpty(); }));
    EXPECT_TRUE(shows(QStringLiteral("Picture 3"))) << crops().board().caption().toStdString();
    EXPECT_EQ(lastQuestion<CropsRequest>().picture.index, 3);
}

TEST_F(PicturesTest, ABadSampleIsOnlyExplained) {
    openRun("data");
    SampleGrid& grid = panel<DataPanel>().samples();
    ASSERT_TRUE(waitFor([&] { return grid.strip().tiles().size() == SampleGrid::kPage; }));
    emit grid.strip().opened(13);
    emit grid.strip().menuAsked(13, {});
    EXPECT_TRUE(crops().source().isLastBatch());
    EXPECT_EQ(panel<DataPanel>().findChild<QMenu*>(), nullptr);
}

TEST_F(PicturesTest, MenusLeadFromPanelToPanel) {
    openRun("data");
    const auto choose = [](Panel& from, const PictureRef& picture, const char* words) {
        QMenu menu;
        fillPictureMenu(menu, from, picture);
        QStringList texts;
        for (QAction* action : menu.actions()) {
            texts << action->text();
            if (action->text() == QString::fromLatin1(words))
                action->trigger();
        }
        return texts;
    };
    const PictureRef picture{PictureRef::Kind::sample, 7, {}, {}};
    EXPECT_EQ(choose(panel<DataPanel>(), picture, "Show its attention"),
              (QStringList{QStringLiteral("Show its attention"), QStringLiteral("Show its neighbours"),
                           QStringLiteral("Show its crops")}));
    auto& attention = panel<AttentionPanel>();
    ASSERT_TRUE(waitFor([&] { return attention.studentView().caption().contains(QStringLiteral("Picture 7")); }));
    EXPECT_EQ(choose(attention, attention.source().shown(), "Show its crops").size(), 2)
        << "a panel does not lead to itself";
    ASSERT_TRUE(shows(QStringLiteral("Picture 7")));
    choose(crops(), crops().source().shown(), "Show its neighbours");
    EXPECT_TRUE(waitFor(
        [&] { return panel<NeighboursPanel>().isVisible() && lastQuestion<NeighboursRequest>().picture.index == 7; }));
    crops().source().openFile(this->picture("cat.png"));
    window->workspace().dock(QStringLiteral("crops"))->raise();
    ASSERT_TRUE(shows(QStringLiteral("cat.png")));
    choose(crops(), crops().source().shown(), "Show its attention");
    EXPECT_TRUE(waitFor([&] { return attention.studentView().caption().contains(QStringLiteral("cat.png")); }));
}

TEST_F(PicturesTest, TheMenuButtonOffersThePictureOfTheBatch) {
    openRun();
    auto* number = crops().findChild<QSpinBox*>();
    number->setValue(9);
    ASSERT_TRUE(shows(QStringLiteral("Row 9")));
    EXPECT_EQ(crops().source().shown().kind, PictureRef::Kind::sample) << "the picture behind the row";
    EXPECT_EQ(crops().source().shown().index, 9);
    crops().source().menuButton().click();
    auto* menu = crops().findChild<QMenu*>();
    ASSERT_NE(menu, nullptr);
    ASSERT_EQ(menu->actions().size(), 2);
    menu->actions()[0]->trigger();
    menu->close();
    EXPECT_TRUE(waitFor([&] { return lastQuestion<AttentionRequest>().picture.index == 9; }));
}

TEST_F(PicturesTest, ABadFileLeadsToItsFolder) {
    makeWindow();
    ASSERT_FALSE(window->draft().setText("data.path", (folder.path() + QStringLiteral("/damaged")).toStdString()));
    window->showWorkspace();
    auto& data = panel<DataPanel>();
    ASSERT_TRUE(waitFor([&] {
        window->workspace().dock(QStringLiteral("data"))->raise();
        return data.isVisible();
    }));
    data.scanButton().click();
    ASSERT_TRUE(waitFor([&] { return data.report().has_value(); }));
    EXPECT_FALSE(data.openFolderButton().isEnabled());
    EXPECT_FALSE(data.openFolderButton().toolTip().isEmpty());

    FolderCatcher desktop;
    data.problemTable().selectRow(2);
    ASSERT_TRUE(data.openFolderButton().isEnabled());
    data.openFolderButton().click();
    EXPECT_EQ(desktop.opened, QStringList{folder.path()}) << "the folder of the pictures itself has gone";
    ASSERT_TRUE(QDir(folder.path()).mkdir(QStringLiteral("damaged")));
    QTest::keyClick(&data.problemTable(), Qt::Key_Return);
    EXPECT_EQ(desktop.opened.size(), 2);
    EXPECT_EQ(desktop.opened.back(), folder.path() + QStringLiteral("/damaged"));
}

TEST(FilePlacesTest, TheNearestFolderThatExists) {
    QTemporaryDir folder;
    ASSERT_TRUE(QDir(folder.path()).mkpath(QStringLiteral("cats/white")));
    const auto of = [&](const char* path) { return folderOf(QString::fromLatin1(path), folder.path()); };
    EXPECT_EQ(of("cats/white/1.png"), folder.path() + QStringLiteral("/cats/white"));
    EXPECT_EQ(of("cats/gone/1.png"), folder.path() + QStringLiteral("/cats"));
    EXPECT_EQ(of("1.png"), folder.path());
    EXPECT_EQ(folderOf(folder.path() + QStringLiteral("/cats/1.png"), QStringLiteral("/elsewhere")),
              folder.path() + QStringLiteral("/cats"));
    EXPECT_EQ(folderOf(QStringLiteral("/no/such/place.png"), QString()), QStringLiteral("/"));
}

} // namespace
} // namespace dinoscope
