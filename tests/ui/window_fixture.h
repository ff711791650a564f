// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/fakes/fake_engine.h"
#include "ui/engine_bridge.h"
#include "ui/main_window.h"
#include "ui/run_bar.h"
#include "ui/run_draft.h"
#include "ui/start_page.h"
#include "ui/unattended_run.h"
#include "ui/workspace.h"
#include "widgets/message_bar.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QLineEdit>
#include <QSettings>
#include <QTest>

#include <gtest/gtest.h>

namespace dinoscope {

/// A window over the scripted engine, without the person's settings.
class WindowFixture : public ::testing::Test {
protected:
    static constexpr int kPatienceMs = 60'000;

    void makeWindow() {
        window = std::make_unique<MainWindow>(makeFakeEngine(script));
        window->setKeepsSettings(false);
        window->draft().maxSteps = 60;
        window->show();
    }
    void TearDown() override {
        script->gate.openForGood();
        window.reset();
    }
    /// Turns the event loop until `condition` holds.
    bool waitFor(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kPatienceMs); }
    RunState state() const { return window->bridge().snapshot()->state; }

    void runToEnd() {
        const std::shared_ptr<const RunInfo> former = window->bridge().snapshot()->run;
        window->startRun();
        ASSERT_TRUE(waitFor([&] {
            return state() == RunState::finished && window->showsWorkspace() &&
                   window->bridge().snapshot()->run != former;
        }));
    }
    /// A run that is open and has made its first step.
    void pauseAtStart() {
        script->gate.hold("step");
        window->startRun();
        ASSERT_TRUE(waitFor([&] { return state() == RunState::running; }));
        script->gate.waitForArrivals("step", 1);
        window->runBar().action(CommandKind::pause)->trigger();
        script->gate.release("step");
        ASSERT_TRUE(waitFor([&] { return state() == RunState::paused && window->showsWorkspace(); }));
    }

    std::shared_ptr<Script> script = std::make_shared<Script>();
    std::unique_ptr<MainWindow> window;
};

} // namespace dinoscope
