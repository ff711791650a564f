// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a file of networks in the window.
#include "tests/ui/window_fixture.h"
#include "ui/checkpoint_dialog.h"

#include <algorithm>

namespace dinoscope {
namespace {

class CheckpointTest : public WindowFixture {
protected:
    CheckpointDialog* openDialog() {
        CheckpointDialog* dialog = nullptr;
        window->openCheckpoint(QStringLiteral("/some/where.pth"));
        EXPECT_TRUE(waitFor([&] { return (dialog = window->findChild<CheckpointDialog*>()) != nullptr; }));
        return dialog;
    }
    bool called(const std::string& point) const {
        const auto calls = script->calls();
        return std::find(calls.begin(), calls.end(), point) != calls.end();
    }
};

TEST_F(CheckpointTest, AsksForWhatIsOpenAndOpensWithoutTraining) {
    makeWindow();
    CheckpointDialog* dialog = openDialog();
    ASSERT_TRUE(dialog);
    auto* pictures = dialog->findChild<QLineEdit*>(QStringLiteral("data.path"));
    ASSERT_TRUE(pictures);
    pictures->setText(QStringLiteral("/my/pictures"));
    dialog->accept();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::ready && window->showsWorkspace(); }));
    EXPECT_TRUE(called("load"));
    EXPECT_FALSE(called("step")) << "nobody has pressed Run";
    const ParamSet& params = *window->bridge().snapshot()->params;
    EXPECT_EQ(params.at("backbone.arch"), ParamValue(std::string("vit_tiny"))) << "the file's";
    EXPECT_EQ(params.at("optim.epochs"), ParamValue(std::int64_t{10}));
    EXPECT_EQ(params.at("data.path"), ParamValue(std::string("/my/pictures"))) << "the person's";
    EXPECT_EQ(window->bridge().snapshot()->step, Step{100});
    EXPECT_TRUE(window->draft().commandLine().contains(QStringLiteral("--checkpoint /some/where.pth")));
}

TEST_F(CheckpointTest, AFreshRunAfterItStartsFresh) {
    makeWindow();
    openDialog()->accept();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::ready; }));
    window->draft().choosePreset(window->draft().catalog().presets.front().id);
    EXPECT_TRUE(window->draft().checkpoint().empty());
    EXPECT_TRUE(std::holds_alternative<OpenCommand>(window->draft().prepareCommand()));
}

TEST_F(CheckpointTest, CancelLeavesTheDraftAlone) {
    makeWindow();
    const ParamSet before = window->draft().params();
    openDialog()->reject();
    EXPECT_EQ(window->draft().params(), before);
    EXPECT_TRUE(window->draft().checkpoint().empty());
    EXPECT_FALSE(called("load"));
}

TEST_F(CheckpointTest, AFileThatCannotBeReadSaysWhy) {
    makeWindow();
    script->failNext("job", {ErrorCode::badInput, "formats", "'/some/where.pth' is cut off; copy it again.", {}, {}});
    window->openCheckpoint(QStringLiteral("/some/where.pth"));
    ASSERT_TRUE(waitFor([&] { return window->messages().isVisible(); }));
    EXPECT_TRUE(window->messages().sentence().contains(QStringLiteral("is cut off")));
    EXPECT_FALSE(window->findChild<CheckpointDialog*>());
}

TEST_F(CheckpointTest, AValueThatIsRefusedKeepsTheDialogOpen) {
    makeWindow();
    FileReport report;
    report.path = "/some/where.pth";
    report.open = {"optim.epochs"};
    CheckpointDialog dialog(window->draft(), report);
    dialog.show();
    dialog.findChild<QLineEdit*>(QStringLiteral("optim.epochs"))->setText(QStringLiteral("many"));
    dialog.accept();
    EXPECT_TRUE(dialog.isVisible());
    EXPECT_TRUE(window->draft().checkpoint().empty());
    dialog.findChild<QLineEdit*>(QStringLiteral("optim.epochs"))->setText(QStringLiteral("12"));
    dialog.accept();
    EXPECT_FALSE(dialog.isVisible());
    EXPECT_EQ(window->draft().params().at("optim.epochs"), ParamValue(std::int64_t{12}));
}

} // namespace
} // namespace dinoscope
