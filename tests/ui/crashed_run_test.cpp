// SPDX-License-Identifier: GPL-3.0-or-later
// The offer to go on with a run that ended without being closed.
#include "tests/ui/window_fixture.h"
#include "ui/crashed_run.h"

#include <QPushButton>
#include <QTemporaryDir>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace dinoscope {
namespace {

class CrashedRunTest : public WindowFixture {
protected:
    /// As a process leaves it that was killed while it wrote the run, or one that closed it.
    std::string makeRun(const char* name, bool closed) {
        const std::string folder = runs.path().toStdString() + "/" + name;
        std::filesystem::create_directories(folder + "/checkpoints/step-000000007");
        std::ofstream(folder + "/" + kRunLockFile) << (closed ? "" : "Process 1 writes this run.\n");
        return folder;
    }
    CrashedRunBar* look() {
        makeWindow();
        window->offerCrashedRun(runs.path());
        auto* bar = window->findChild<CrashedRunBar*>();
        EXPECT_TRUE(waitFor([&] { return bar->hasLooked(); }));
        return bar;
    }

    QTemporaryDir runs;
};

TEST_F(CrashedRunTest, IsOfferedAndGoesOnInItsOwnFolder) {
    makeRun("closed", true);
    const std::string folder = makeRun("broken", false);
    std::ofstream(folder + "/crash-20260131-120000.txt") << "a report";
    CrashedRunBar* bar = look();
    EXPECT_TRUE(bar->sentence().contains(QString::fromStdString(folder))) << bar->sentence().toStdString();
    EXPECT_TRUE(bar->sentence().contains(QStringLiteral("crash-20260131-120000.txt")));
    EXPECT_FALSE(window->showsWorkspace()) << "nothing happens before the person says so";
    bar->continueButton()->click();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::finished && window->showsWorkspace(); }));
    const auto calls = script->calls();
    EXPECT_NE(std::find(calls.begin(), calls.end(), "load"), calls.end());
    EXPECT_EQ(std::find(calls.begin(), calls.end(), "open"), calls.end());
    EXPECT_EQ(bar->sentence(), QString());
}

TEST_F(CrashedRunTest, IsNotOfferedAmongClosedRuns) {
    makeRun("closed", true);
    EXPECT_EQ(look()->sentence(), QString());
}

TEST_F(CrashedRunTest, IsNoLongerOfferedOnceItWasDeclinedOrAnotherRunIsOpen) {
    makeRun("broken", false);
    CrashedRunBar* bar = look();
    ASSERT_NE(bar->sentence(), QString());
    bar->declineButton()->click();
    EXPECT_EQ(bar->sentence(), QString());
    bar = look();
    ASSERT_NE(bar->sentence(), QString()) << "without the person's settings nothing is remembered";
    runToEnd();
    EXPECT_EQ(bar->sentence(), QString());
}

} // namespace
} // namespace dinoscope
