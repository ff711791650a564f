// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"
#include "ui/export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTemporaryDir>

namespace dinoscope {
namespace {

class ExportTest : public WindowFixture {
protected:
    void open(std::optional<Step> at = {}) {
        makeWindow();
        window->openRunFolder(QStringLiteral("/some/runs/first"));
        ASSERT_TRUE(waitFor([&] { return state() == RunState::ready; }));
        dialog = std::make_unique<ExportDialog>(window->bridge(), at);
        dialog->show();
    }
    void TearDown() override {
        dialog.reset();
        WindowFixture::TearDown();
    }
    template <class W> W* field(const char* name) const { return dialog->findChild<W*>(QString::fromLatin1(name)); }
    void choose(const std::string& format) {
        const auto& all = exportFormats();
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i].id == format)
                field<QComboBox>("format")->setCurrentIndex(static_cast<int>(i));
    }
    std::vector<ExportRequest> requests() const {
        std::vector<ExportRequest> found;
        for (const StartJobCommand& job : script->received<StartJobCommand>())
            if (const auto* one = std::get_if<ExportRequest>(&job.request))
                found.push_back(*one);
        return found;
    }
    std::unique_ptr<ExportDialog> dialog;
    QTemporaryDir folder;
};

TEST_F(ExportTest, TheActionOpensTheDialog) {
    makeWindow();
    ASSERT_TRUE(window->runBar().exportAction()->isEnabled());
    window->runBar().exportAction()->trigger();
    auto* shown = window->findChild<ExportDialog*>();
    ASSERT_TRUE(shown);
    EXPECT_TRUE(shown->isVisible());
    EXPECT_FALSE(shown->startButton().isEnabled()) << "no run is open, and no file is named";
    EXPECT_TRUE(shown->message().contains(QStringLiteral("file of networks")));
}

TEST_F(ExportTest, ShowsOnlyWhatTheFormatTakes) {
    open();
    for (const ExportFormat& format : exportFormats()) {
        choose(format.id);
        EXPECT_EQ(field<QWidget>("network")->isVisible(), format.network) << format.id;
        EXPECT_EQ(field<QWidget>("head")->isVisible(), format.head) << format.id;
        EXPECT_EQ(field<QWidget>("side")->isVisible(), format.side) << format.id;
        EXPECT_EQ(field<QWidget>("attention")->isVisible(), format.attention) << format.id;
        EXPECT_EQ(field<QWidget>("pictures")->isVisible(), format.pictures) << format.id;
        EXPECT_EQ(field<QWidget>("officialLoading")->isVisible(), format.pictures) << format.id;
        EXPECT_FALSE(field<QWidget>("file")->isVisible());
        EXPECT_TRUE(field<QLineEdit>("path")->text().endsWith(QString::fromStdString(format.suffix))) << format.id;
    }
    choose("onnx");
    EXPECT_EQ(field<QLineEdit>("path")->text(), QStringLiteral("/some/runs/first/exports/teacher-step-100.onnx"));
}

TEST_F(ExportTest, LoadsPicturesAsTheRunDoesUnlessToldOtherwise) {
    makeWindow();
    for (const bool official : {false, true}) {
        ASSERT_FALSE(window->draft().setText("data.official_loading", official ? "true" : "false"));
        runToEnd();
        dialog = std::make_unique<ExportDialog>(window->bridge(), std::optional<Step>());
        dialog->show();
        choose("features");
        EXPECT_EQ(field<QCheckBox>("officialLoading")->isChecked(), official);
        EXPECT_FALSE(field<QCheckBox>("officialLoading")->toolTip().isEmpty());
        EXPECT_EQ(dialog->form().request().officialLoading, official);
        field<QCheckBox>("officialLoading")->toggle();
        EXPECT_EQ(dialog->form().request().officialLoading, !official);
        choose("onnx");
        EXPECT_FALSE(dialog->form().request().officialLoading) << "no pictures are loaded";
    }
}

TEST_F(ExportTest, AFileOfNetworksOffersNoRecords) {
    open();
    choose("csv");
    auto* source = field<QComboBox>("source");
    source->setCurrentIndex(source->count() - 1);
    EXPECT_TRUE(field<QWidget>("file")->isVisible());
    const ExportFormat* chosen = &exportFormats()[static_cast<std::size_t>(field<QComboBox>("format")->currentIndex())];
    EXPECT_FALSE(chosen->needsRun);
    field<QLineEdit>("file")->setText(QStringLiteral("/my/dino.pth"));
    EXPECT_EQ(dialog->form().request().source, "/my/dino.pth");
    EXPECT_TRUE(field<QLineEdit>("path")->text().startsWith(QStringLiteral("/my/dino-teacher")));
}

TEST_F(ExportTest, ExportsACheckpointAndSaysHowItIsLoaded) {
    open(Step{50});
    choose("onnx");
    field<QComboBox>("network")->setCurrentIndex(1);
    field<QCheckBox>("head")->setChecked(true);
    const QString path = folder.path() + QStringLiteral("/new/student.onnx");
    field<QLineEdit>("path")->setText(path);
    ASSERT_TRUE(dialog->startButton().isEnabled()) << dialog->startButton().toolTip().toStdString();
    dialog->startButton().click();
    ASSERT_TRUE(waitFor([&] { return !dialog->outcome().isEmpty(); }));
    ASSERT_EQ(requests().size(), 1U);
    const ExportRequest request = requests()[0];
    EXPECT_EQ(request.source, "/some/runs/first");
    EXPECT_EQ(request.at, Step{50});
    EXPECT_EQ(request.format, "onnx");
    EXPECT_EQ(request.network, "student");
    EXPECT_EQ(request.path, path.toStdString());
    EXPECT_TRUE(request.head);
    EXPECT_FALSE(request.replace);
    EXPECT_TRUE(dialog->outcome().contains(QStringLiteral("equal to the bit")));
    EXPECT_TRUE(dialog->outcome().contains(QStringLiteral("1.2 MB")));
    EXPECT_TRUE(field<QPlainTextEdit>("example")->toPlainText().contains(QStringLiteral("load_file")));
}

TEST_F(ExportTest, ReplacesOnlyWhenTold) {
    open();
    field<QLineEdit>("path")->setText(folder.path());
    EXPECT_TRUE(field<QWidget>("replace")->isVisible());
    EXPECT_FALSE(dialog->startButton().isEnabled());
    field<QCheckBox>("replace")->setChecked(true);
    ASSERT_TRUE(dialog->startButton().isEnabled());
    dialog->startButton().click();
    ASSERT_TRUE(waitFor([&] { return !dialog->outcome().isEmpty(); }));
    EXPECT_TRUE(requests()[0].replace);
}

TEST_F(ExportTest, AFailureIsASentenceInTheDialog) {
    open();
    field<QLineEdit>("path")->setText(folder.path() + QStringLiteral("/teacher.safetensors"));
    script->failNext("job", {ErrorCode::io, "formats", "The disk is full; free space and try again.", {}, {}});
    dialog->startButton().click();
    EXPECT_TRUE(
        waitFor([&] { return dialog->message() == QStringLiteral("The disk is full; free space and try again."); }));
    EXPECT_TRUE(dialog->outcome().isEmpty());
    EXPECT_TRUE(dialog->startButton().isEnabled());
}

TEST_F(ExportTest, EscapeCancelsFirstAndClosesThen) {
    open();
    field<QLineEdit>("path")->setText(folder.path() + QStringLiteral("/teacher.safetensors"));
    script->evaluationSlices = 2;
    script->gate.hold("job");
    dialog->startButton().click();
    ASSERT_TRUE(waitFor([&] { return script->gate.arrivals("job") > 0; }));
    EXPECT_EQ(dialog->cancelButton().text(), QStringLiteral("Cancel"));
    dialog->reject();
    EXPECT_TRUE(dialog->isVisible());
    script->gate.release("job");
    EXPECT_TRUE(waitFor([&] { return dialog->message().contains(QStringLiteral("cancelled")); }))
        << dialog->message().toStdString();
    dialog->reject();
    EXPECT_FALSE(dialog->isVisible());
}

} // namespace
} // namespace dinoscope
