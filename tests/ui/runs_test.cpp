// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that were kept: opening, looking back, forking, extending, comparing, notes.
#include "tests/fakes/fake_answers.h"
#include "tests/ui/window_fixture.h"
#include "ui/compare_table.h"
#include "ui/disk_forecast.h"
#include "ui/extend_dialog.h"
#include "ui/fork_dialog.h"
#include "ui/moment.h"
#include "ui/moment_bar.h"
#include "ui/panels/attention_panel.h"
#include "ui/panels/curves_panel.h"
#include "ui/panels/runs_panel.h"
#include "ui/recent_cards.h"
#include "ui/recent_runs.h"
#include "ui/run_note.h"
#include "ui/trash.h"
#include "widgets/curve_plot.h"
#include "widgets/heat_map_view.h"
#include "widgets/inline_question.h"
#include "widgets/time_line.h"

#include <QAbstractButton>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>

namespace dinoscope {
namespace {

const auto kFolder = QStringLiteral("/some/runs/first");

class RunsTest : public WindowFixture {
protected:
    RunsPanel& runs() const { return *window->workspace().panel<RunsPanel>(); }
    QAction* save() const { return window->runBar().action(CommandKind::save); }

    /// A window with the run of `folder` open at `step`, and the Runs panel in front.
    void openRun(const QString& folder = kFolder) {
        makeWindow();
        window->openRunFolder(folder);
        ASSERT_TRUE(waitFor([&] { return state() == RunState::ready && window->showsWorkspace(); }));
        ASSERT_TRUE(waitFor([&] {
            window->workspace().dock(QStringLiteral("runs"))->raise();
            return runs().isVisible() && runs().report().checkpoints.size() == 2;
        }));
    }
    bool hasProbed(std::optional<Step> moment, std::size_t from = 0) const {
        const auto probes = script->received<RequestProbeCommand>();
        for (std::size_t i = from; i < probes.size(); ++i)
            if (probes[i].request.moment == moment)
                return true;
        return false;
    }
    template <class J> std::vector<J> jobs() const {
        std::vector<J> found;
        for (const StartJobCommand& job : script->received<StartJobCommand>())
            if (const J* one = std::get_if<J>(&job.request))
                found.push_back(*one);
        return found;
    }
};

TEST_F(RunsTest, SavingNeedsARunWithAFolder) {
    makeWindow();
    EXPECT_FALSE(save()->isEnabled());
    EXPECT_EQ(save()->toolTip().toStdString(), refusal(RunState::empty, CommandKind::save));
    pauseAtStart();
    EXPECT_FALSE(save()->isEnabled());
    EXPECT_TRUE(save()->toolTip().contains(QStringLiteral("keeps no folder"))) << save()->toolTip().toStdString();
}

TEST_F(RunsTest, OpensARunToLookAtItAndSaves) {
    openRun();
    const auto loads = script->received<LoadCommand>();
    ASSERT_EQ(loads.size(), 1U);
    EXPECT_EQ(loads[0].path, kFolder.toStdString());
    EXPECT_EQ(loads[0].run.runFolder, kFolder.toStdString());
    EXPECT_TRUE(loads[0].run.params.values().empty());
    EXPECT_FALSE(loads[0].at);
    EXPECT_TRUE(loads[0].look);
    ASSERT_TRUE(save()->isEnabled());
    const std::size_t looks = jobs<CheckRunRequest>().size();
    save()->trigger();
    EXPECT_TRUE(waitFor([&] { return jobs<CheckRunRequest>().size() > looks; })) << "the line of the log brings news";
    EXPECT_EQ(script->received<SaveCommand>().size(), 1U);
}

TEST_F(RunsTest, ASaveThatFailsIsToldWithWaysOutUntilOneSucceeds) {
    openRun();
    const auto button = [&](const QString& text) {
        for (auto* one : window->messages().findChildren<QPushButton*>())
            if (one->isVisible() && one->text() == text)
                return one;
        return static_cast<QPushButton*>(nullptr);
    };
    script->failSaves(Error{ErrorCode::io, "checkpoint", "The disk is full.", {}, {}});
    save()->trigger();
    ASSERT_TRUE(waitFor([&] { return window->messages().sentence() == QStringLiteral("The disk is full."); }));
    ASSERT_TRUE(button(save()->text()));
    EXPECT_TRUE(button(window->runBar().exportAction()->text()));
    script->failSaves({});
    button(save()->text())->click();
    EXPECT_TRUE(waitFor([&] { return window->messages().sentence().isEmpty(); }));
    EXPECT_EQ(script->received<SaveCommand>().size(), 2U);
    window->messages().say(MessageBar::Kind::note, QStringLiteral("Something else."));
    EXPECT_FALSE(button(save()->text()));
}

TEST_F(RunsTest, AFolderThatIsNoRunSaysWhy) {
    makeWindow();
    script->failNext("load", {ErrorCode::notFound, "train", "There is no checkpoint in '/nothing'.", {}, {}});
    window->openRunFolder(QStringLiteral("/nothing"));
    EXPECT_TRUE(waitFor([&] { return window->messages().sentence().contains(QStringLiteral("no checkpoint")); }));
}

TEST_F(RunsTest, ScrubbingAsksForTheMomentUntilLive) {
    openRun();
    TimeLine& line = runs().timeLine();
    EXPECT_FALSE(runs().liveButton().isEnabled());
    QTest::keyClick(&line, Qt::Key_Home);
    EXPECT_TRUE(runs().readOut().contains(QStringLiteral("kept by hand: before the lower temperature")))
        << runs().readOut().toStdString();
    ASSERT_TRUE(waitFor([&] { return hasProbed(Step{50}); }));
    EXPECT_EQ(window->moment().step(), Step{50});
    auto* attention = window->workspace().panel<AttentionPanel>();
    EXPECT_TRUE(waitFor([&] { return attention->answerText() == QStringLiteral("step 50, from the checkpoint"); }))
        << attention->answerText().toStdString();
    auto* bar = window->findChild<MomentBar*>();
    EXPECT_TRUE(bar->isVisible());
    QApplication::processEvents();
    EXPECT_TRUE(line.isVisible()) << "the tab stays in front when the bar takes room";
    const std::size_t before = script->received<RequestProbeCommand>().size();
    runs().liveButton().click();
    EXPECT_TRUE(waitFor([&] { return hasProbed(std::nullopt, before); }));
    EXPECT_TRUE(window->moment().isLive());
    EXPECT_EQ(line.current(), TimeLine::kPresent);
    EXPECT_FALSE(bar->isVisible());
    EXPECT_TRUE(waitFor([&] { return attention->answerText() == QStringLiteral("step 100"); }));
    QTest::keyClick(&line, Qt::Key_Home);
    ASSERT_TRUE(waitFor([&] { return window->moment().step() == Step{50}; }));
    bar->liveButton().click();
    EXPECT_EQ(line.current(), TimeLine::kPresent);
}

TEST_F(RunsTest, TheMapsOfAMomentAreHeldBesideThePresent) {
    openRun();
    auto& attention = *window->workspace().panel<AttentionPanel>();
    window->workspace().dock(QStringLiteral("attention"))->raise();
    ASSERT_TRUE(waitFor([&] { return attention.answerStep() == Step{100}; }));
    window->moment().set(runs().report().checkpoints.front().step);
    ASSERT_TRUE(waitFor([&] { return attention.isFromCheckpoint(); }));
    const QString then = attention.answerText();
    attention.holdButton().click();
    EXPECT_TRUE(attention.heldStudentView().isVisible());
    window->moment().set(std::nullopt);
    ASSERT_TRUE(waitFor([&] { return !attention.isFromCheckpoint(); }));
    EXPECT_TRUE(attention.heldStudentView().caption().startsWith(then));
    EXPECT_TRUE(attention.studentView().caption().startsWith(QStringLiteral("step 100")));
    EXPECT_NE(attention.heldTeacherView().map(), std::vector<float>());
    attention.holdButton().click();
    EXPECT_FALSE(attention.heldTeacherView().isVisible());
}

TEST_F(RunsTest, ADamagedCheckpointIsNoMoment) {
    openRun(QStringLiteral("/some/runs/damaged"));
    QTest::keyClick(&runs().timeLine(), Qt::Key_Left);
    EXPECT_TRUE(runs().readOut().contains(QStringLiteral("does not agree with its checksum")));
    EXPECT_FALSE(runs().forkButton().isEnabled());
    EXPECT_TRUE(runs().trashButton().isEnabled());
    runs().verifyButton().click();
    EXPECT_TRUE(waitFor([&] { return runs().message().contains(QStringLiteral("1 of 2")); }))
        << runs().message().toStdString();
    EXPECT_TRUE(jobs<CheckRunRequest>().back().everyByte);
    EXPECT_TRUE(window->moment().isLive());
}

TEST_F(RunsTest, ForkBeginsANewRunFromTheChosenStep) {
    openRun();
    QTest::keyClick(&runs().timeLine(), Qt::Key_Home);
    ASSERT_TRUE(runs().forkButton().isEnabled());
    runs().forkButton().click();
    auto* dialog = runs().findChild<ForkDialog*>();
    ASSERT_TRUE(dialog);
    EXPECT_EQ(dialog->place().text(), kFolder + QStringLiteral("-from-step-50"));
    dialog->place().setText(QDir::rootPath());
    dialog->accept();
    EXPECT_TRUE(dialog->isVisible()) << "there is something already";
    dialog->place().setText(QStringLiteral("/some/runs/second"));
    dialog->accept();
    ASSERT_TRUE(waitFor([&] { return script->received<LoadCommand>().size() == 2; }));
    const LoadCommand fork = script->received<LoadCommand>().back();
    EXPECT_EQ(fork.path, kFolder.toStdString());
    EXPECT_EQ(fork.at, Step{50});
    EXPECT_EQ(fork.run.runFolder, "/some/runs/second");
    EXPECT_TRUE(waitFor([&] { return window->bridge().snapshot()->run->runFolder == "/some/runs/second"; }));
    EXPECT_TRUE(waitFor([&] { return window->moment().isLive(); }));
}

TEST_F(RunsTest, NoForkWhileAnotherRunTrains) {
    makeWindow();
    window->draft().runFolder = kFolder.toStdString();
    pauseAtStart();
    EXPECT_FALSE(runs().forkButton().isEnabled());
    EXPECT_FALSE(runs().extendButton().isEnabled());
    EXPECT_FALSE(runs().extendButton().toolTip().isEmpty());
}

TEST_F(RunsTest, ExtendRaisesTheEpochsOfTheSameRun) {
    openRun();
    runs().extendButton().click();
    auto* dialog = runs().findChild<ExtendDialog*>();
    ASSERT_TRUE(dialog);
    EXPECT_EQ(dialog->epochs().minimum(), 5) << "more than the four of now";
    dialog->epochs().setValue(9);
    dialog->accept();
    ASSERT_TRUE(waitFor([&] { return script->received<LoadCommand>().size() == 2; }));
    const LoadCommand longer = script->received<LoadCommand>().back();
    EXPECT_EQ(longer.path, kFolder.toStdString());
    EXPECT_EQ(longer.run.runFolder, kFolder.toStdString());
    ASSERT_EQ(longer.run.params.values().size(), 1U);
    EXPECT_EQ(longer.run.params.at("optim.epochs"), ParamValue(std::int64_t{9}));
}

TEST_F(RunsTest, TheNoteIsKeptWhenTheFocusLeaves) {
    openRun();
    RunNote& note = runs().note();
    EXPECT_EQ(note.toPlainText(), QStringLiteral("first try"));
    note.setPlainText(QStringLiteral("second thoughts"));
    QFocusEvent leaves(QEvent::FocusOut);
    QApplication::sendEvent(&note, &leaves);
    ASSERT_TRUE(waitFor([&] { return !jobs<NoteRunRequest>().empty(); }));
    EXPECT_EQ(jobs<NoteRunRequest>()[0].path, kFolder.toStdString());
    EXPECT_EQ(jobs<NoteRunRequest>()[0].note, "second thoughts");
    QApplication::sendEvent(&note, &leaves);
    EXPECT_EQ(jobs<NoteRunRequest>().size(), 1U) << "nothing new";
}

TEST_F(RunsTest, ComparesCurvesAndParameters) {
    openRun();
    window->runBar().action(CommandKind::step)->trigger();
    CurvePlot* loss = window->workspace().panel<CurvesPanel>()->plotOf("loss");
    ASSERT_TRUE(waitFor([&] { return loss->pointCount(0) == 1; }));
    runs().compareWith(kFolder);
    EXPECT_TRUE(runs().message().contains(QStringLiteral("open run itself")));
    runs().compareWith(QStringLiteral("/some/runs/other"));
    ASSERT_TRUE(waitFor([&] { return loss->otherPointCount(0) == 1; }));
    EXPECT_EQ(jobs<ReadRunRequest>().back().path, "/some/runs/other");
    EXPECT_TRUE(runs().compareTable().isVisible());
    EXPECT_GT(runs().compareTable().table().rowCount(), 0);
    runs().compareTable().removeButton().click();
    EXPECT_EQ(loss->otherPointCount(0), 0U);
    EXPECT_FALSE(runs().compareTable().isVisible());
}

TEST_F(RunsTest, TheTrashAsksAndSpares) {
    openRun();
    QTest::keyClick(&runs().timeLine(), Qt::Key_Left);
    EXPECT_FALSE(runs().trashButton().isEnabled()) << "the newest whole one stays";
    QTest::keyClick(&runs().timeLine(), Qt::Key_Home);
    ASSERT_TRUE(runs().trashButton().isEnabled());
    runs().trashButton().click();
    EXPECT_TRUE(runs().question().sentence().contains(QStringLiteral("kept by hand")));
    runs().question().noButton().click();
    EXPECT_TRUE(runs().message().isEmpty());
    runs().trashButton().click();
    runs().question().yesButton().click();
    EXPECT_TRUE(runs().message().contains(QStringLiteral("could not be moved"))) << "there is no such folder";
    runs().askToTrashRun(kFolder);
    EXPECT_TRUE(runs().message().contains(QStringLiteral("open run stays")));
    runs().askToTrashRun(QStringLiteral("/some/runs/other"));
    ASSERT_TRUE(waitFor([&] { return runs().question().sentence().contains(QStringLiteral("'other'")); }));
    runs().question().yesButton().click();
    EXPECT_TRUE(runs().message().contains(QStringLiteral("could not be moved")));
}

TEST(TrashTest, IsMadeWhereAPersonHasNoneYet) {
    QTemporaryDir folder;
    const QString data = folder.path() + QStringLiteral("/home/data"), run = folder.path() + QStringLiteral("/run");
    const QByteArray former = qgetenv("XDG_DATA_HOME");
    qputenv("XDG_DATA_HOME", data.toLocal8Bit());
    ASSERT_TRUE(QDir().mkpath(run));
    const auto failure = moveToTrash(run);
    qputenv("XDG_DATA_HOME", former);
    EXPECT_FALSE(failure) << failure->toStdString();
    EXPECT_FALSE(QFileInfo::exists(run));
    EXPECT_TRUE(QFileInfo::exists(data + QStringLiteral("/Trash/files/run")));
}

TEST(TrashTest, FoldersOverlapWhereOneHoldsTheOther) {
    const QTemporaryDir folder;
    QDir(folder.path()).mkpath(QStringLiteral("run/checkpoints"));
    EXPECT_TRUE(overlap(folder.path(), folder.path() + QStringLiteral("/")));
    EXPECT_TRUE(overlap(folder.path(), folder.path() + QStringLiteral("/run")));
    EXPECT_TRUE(overlap(folder.path() + QStringLiteral("/run/checkpoints"), folder.path() + QStringLiteral("/run/.")));
    EXPECT_FALSE(overlap(folder.path() + QStringLiteral("/run"), folder.path() + QStringLiteral("/run-2")));
    EXPECT_TRUE(moveToTrash(folder.path() + QStringLiteral("/none")));
}

TEST_F(RunsTest, RecentRunsAreCards) {
    const QTemporaryDir folder;
    const QString there = folder.path() + QStringLiteral("/there");
    QDir().mkpath(there);
    QFile config(there + QStringLiteral("/config.toml"));
    ASSERT_TRUE(config.open(QIODevice::WriteOnly));
    config.close();
    makeWindow();
    RecentCards& cards = window->startPage().recentCards();
    EXPECT_TRUE(cards.cards().empty());
    for (int i = 0; i < 8; ++i)
        window->recentRuns().note({folder.path() + QStringLiteral("/gone-%1").arg(i), i, QDateTime::currentDateTime()});
    window->recentRuns().note({there, 300, QDateTime::currentDateTime()});
    window->recentRuns().note({there + QLatin1Char('/'), 350, QDateTime::currentDateTime()});
    ASSERT_EQ(cards.cards().size(), RecentRuns::kMost);
    EXPECT_FALSE(cards.cards()[1]->isEnabled());
    EXPECT_TRUE(cards.cards()[1]->toolTip().contains(QStringLiteral("not there any more")));
    QSettings settings(folder.path() + QStringLiteral("/settings.ini"), QSettings::IniFormat);
    window->recentRuns().save(settings);
    RecentRuns again;
    again.load(settings);
    ASSERT_EQ(again.runs().size(), RecentRuns::kMost);
    EXPECT_EQ(again.runs()[0].folder, there);
    EXPECT_EQ(again.runs()[0].step, 350);
    cards.cards()[0]->click();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::ready; }));
    EXPECT_EQ(script->received<LoadCommand>().at(0).path, there.toStdString());
}

RunReport withSpace(std::uint64_t freeBytes) {
    RunReport report = fakeRunReport("/run", Step{150});
    report.freeBytes = freeBytes;
    return report;
}

TEST(DiskForecastTest, SaysHowManyFitAndHowLongTheDiskSuffices) {
    const DiskForecast roomy = forecastDisk(withSpace(58'200'000'000));
    EXPECT_FALSE(roomy.isTight);
    EXPECT_TRUE(roomy.sentence.contains(QStringLiteral("About 6,000 more checkpoints of 9.7 MB fit.")))
        << roomy.sentence.toStdString();
    // Ten seconds of training apart: 58.2 MB a minute, a thousand minutes.
    EXPECT_TRUE(roomy.sentence.contains(QStringLiteral("58 MB a minute"))) << roomy.sentence.toStdString();
    EXPECT_TRUE(roomy.sentence.contains(QStringLiteral("16 h 40 min"))) << roomy.sentence.toStdString();
}

TEST(DiskForecastTest, WarnsBelowThree) {
    EXPECT_FALSE(forecastDisk(withSpace(29'100'000)).isTight);
    const DiskForecast two = forecastDisk(withSpace(29'000'000));
    EXPECT_TRUE(two.isTight);
    EXPECT_TRUE(two.sentence.contains(QStringLiteral("Warning: only 2 more"))) << two.sentence.toStdString();
    EXPECT_TRUE(forecastDisk(withSpace(9'700'000)).sentence.contains(QStringLiteral("only 1 more")));
    EXPECT_TRUE(forecastDisk(withSpace(5)).sentence.contains(QStringLiteral("no further checkpoint")));
}

TEST(DiskForecastTest, KnowsNothingWithoutCheckpoints) {
    RunReport report;
    report.freeBytes = 1;
    EXPECT_FALSE(forecastDisk(report).isTight);
    report = fakeRunReport("/run", Step{50});
    EXPECT_FALSE(forecastDisk(report).sentence.contains(QStringLiteral("minute"))) << "one has no rate";
    report = fakeRunReport("/run/damaged", Step{50});
    EXPECT_FALSE(forecastDisk(report).sentence.contains(QStringLiteral("more checkpoints")));
}

} // namespace
} // namespace dinoscope
