// SPDX-License-Identifier: GPL-3.0-or-later
// From a folder of pictures to a run.
#include "tests/ui/window_fixture.h"
#include "ui/new_run_dialog.h"

#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QTemporaryDir>
#include <QUrl>

namespace dinoscope {
namespace {

class NewRunTest : public WindowFixture {
protected:
    void openDialog(const QString& pictures) {
        dialog = std::make_unique<NewRunDialog>(window->bridge(), window->draft());
        dialog->show();
        ASSERT_TRUE(waitFor([&] { return !found().contains(QStringLiteral("Looking")); }));
        if (!pictures.isEmpty())
            look(pictures);
    }
    void look(const QString& pictures) {
        dialog->setPictures(pictures);
        ASSERT_TRUE(waitFor([&] { return !found().contains(QStringLiteral("Looking")); }));
    }
    QString found() const { return dialog->findChild<QLabel*>(QStringLiteral("picturesFound"))->text(); }
    QComboBox* presets() const { return dialog->findChild<QComboBox*>(QStringLiteral("presets")); }
    QString preset() const { return presets()->currentData().toString(); }
    bool says(const QString& words) const {
        const auto labels = dialog->findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(),
                           [&](const QLabel* label) { return label->isVisible() && label->text().contains(words); });
    }
    /// Drops files on the window; false if it does not take them.
    bool drop(const QStringList& paths) {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& path : paths)
            urls << QUrl::fromLocalFile(path);
        data.setUrls(urls);
        QDragEnterEvent enter({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.get(), &enter);
        if (!enter.isAccepted())
            return false;
        QDropEvent drop({5, 5}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.get(), &drop);
        return true;
    }
    void TearDown() override {
        dialog.reset();
        WindowFixture::TearDown();
    }

    std::unique_ptr<NewRunDialog> dialog;
};

TEST_F(NewRunTest, SaysWhatAFolderHoldsAndFitsTheRunToIt) {
    makeWindow();
    openDialog({});
    EXPECT_EQ(preset(), QStringLiteral("fashion-mnist-demo"));
    EXPECT_EQ(found(), QStringLiteral("70,000 pictures in 10 classes, 10,000 of them to measure with."));
    EXPECT_FALSE(says(QStringLiteral("A batch takes")));
    look(QStringLiteral("/holiday/few"));
    EXPECT_EQ(preset(), QStringLiteral("own-pictures"));
    EXPECT_TRUE(says(QStringLiteral("A batch takes 33 pictures instead of 64")));
    look(QStringLiteral("/damaged"));
    const auto* words = dialog->findChild<QLabel*>(QStringLiteral("picturesFound"));
    EXPECT_TRUE(waitFor([&] { return words->height() >= words->heightForWidth(words->width()); }))
        << words->height() << " px for lines of " << words->heightForWidth(words->width());
    look(QStringLiteral("/holiday/few"));
    dialog->accept();
    EXPECT_FALSE(dialog->isVisible());
    const ParamSet& params = window->draft().params();
    EXPECT_EQ(params.at("data.path"), ParamValue(std::string("/holiday/few")));
    EXPECT_EQ(params.at("run.batch_size"), ParamValue(std::int64_t{33}));
    EXPECT_TRUE(window->draft().commandLine().contains(QStringLiteral("--preset own-pictures")));
}

TEST_F(NewRunTest, ThePresetFollowsThePicturesUntilItIsChosen) {
    makeWindow();
    openDialog(QStringLiteral("/holiday"));
    EXPECT_EQ(preset(), QStringLiteral("own-pictures"));
    look(QStringLiteral("/data"));
    EXPECT_EQ(preset(), QStringLiteral("fashion-mnist-demo")) << "these are the demo's pictures";
    presets()->setCurrentIndex(presets()->findData(QStringLiteral("collapse-uniform")));
    emit presets()->activated(presets()->currentIndex());
    look(QStringLiteral("/holiday"));
    EXPECT_EQ(preset(), QStringLiteral("collapse-uniform"));
    dialog->accept();
    EXPECT_EQ(window->draft().params().at("data.path"), ParamValue(std::string("/holiday")))
        << "a preset does not take the pictures away";
}

TEST_F(NewRunTest, EnterInThePathLooksAndDoesNotStart) {
    makeWindow();
    openDialog({});
    auto* line = dialog->findChild<QLineEdit*>(QStringLiteral("picturesPath"));
    line->setText(QStringLiteral("/holiday/few"));
    QTest::keyClick(line, Qt::Key_Return);
    EXPECT_TRUE(dialog->isVisible());
    ASSERT_TRUE(waitFor([&] { return found().startsWith(QStringLiteral("10,033 pictures")); }));
}

TEST_F(NewRunTest, CancelLeavesTheDraftAlone) {
    makeWindow();
    const ParamSet before = window->draft().params();
    openDialog(QStringLiteral("/holiday/few"));
    dialog->reject();
    EXPECT_EQ(window->draft().params(), before);
    EXPECT_EQ(window->draft().preset()->id, "fashion-mnist-demo");
}

TEST_F(NewRunTest, AFolderWithoutPicturesSaysWhy) {
    makeWindow();
    openDialog({});
    script->failNext("job", {ErrorCode::badInput, "data", "/empty holds no picture: choose another.", {}, {}});
    look(QStringLiteral("/empty"));
    EXPECT_EQ(found(), QStringLiteral("/empty holds no picture: choose another."));
}

TEST_F(NewRunTest, AFolderCanBeDroppedOnTheWindow) {
    makeWindow();
    EXPECT_TRUE(window->startPage().picturesButton()->isEnabled());
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("notes.txt")));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    EXPECT_FALSE(drop({file.fileName()}));
    EXPECT_FALSE(drop({folder.path(), file.fileName()}));
    ASSERT_TRUE(QDir(folder.path()).mkdir(QStringLiteral("a")));
    ASSERT_TRUE(drop({folder.path(), folder.filePath(QStringLiteral("a"))}));
    auto* shown = window->findChild<NewRunDialog*>();
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->findChild<QLineEdit*>(QStringLiteral("picturesPath"))->text(),
              folder.path() + QLatin1Char(';') + folder.filePath(QStringLiteral("a")));
    shown->accept();
    ASSERT_TRUE(waitFor([&] { return window->showsWorkspace(); }));
}

} // namespace
} // namespace dinoscope
