// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/window_fixture.h"

#include "ui/panels/attention_panel.h"
#include "ui/panels/crops_panel.h"
#include "ui/panels/curves_panel.h"
#include "ui/panels/health_panel.h"
#include "ui/panels/laboratory_panel.h"
#include "ui/panels/log_panel.h"
#include "ui/panels/neighbours_panel.h"
#include "ui/panels/parameters_panel.h"
#include "widgets/bar_strip.h"
#include "widgets/crop_board.h"
#include "widgets/curve_plot.h"
#include "widgets/heat_map_view.h"
#include "widgets/log_view.h"
#include "widgets/meter_bar.h"
#include "widgets/param_form.h"
#include "widgets/picture_strip.h"
#include "widgets/value_slider.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>

namespace dinoscope {
namespace {

class WindowTest : public WindowFixture {};

TEST_F(WindowTest, StartsWithAPageThatStartsTheDemo) {
    makeWindow();
    ASSERT_FALSE(window->showsWorkspace());
    ASSERT_NE(window->startPage().demoButton(), nullptr);
    window->startPage().demoButton()->click();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::finished && window->showsWorkspace(); }));
    EXPECT_TRUE(window->messages().sentence().isEmpty()) << window->messages().sentence().toStdString();
}

TEST_F(WindowTest, EveryPanelFills) {
    makeWindow();
    runToEnd();
    Workspace& workspace = window->workspace();
    ASSERT_TRUE(waitFor([&] { return window->hasShown(window->bridge().snapshot()->step); }));
    EXPECT_EQ(workspace.panel<CurvesPanel>()->plotOf("loss")->pointCount(0), 60U);
    EXPECT_GT(workspace.panel<CropsPanel>()->board().cropCount(), 2U);
    EXPECT_EQ(workspace.panel<AttentionPanel>()->studentView().map().size(), 49U);
    EXPECT_EQ(workspace.panel<AttentionPanel>()->partCount(), 3U);
    EXPECT_EQ(workspace.panel<AttentionPanel>()->view(), PatchView::attention);
    EXPECT_EQ(workspace.panel<LaboratoryPanel>()->teacherSoftmax().values().size(), 64U);
    EXPECT_GT(workspace.panel<LaboratoryPanel>()->figures().pairs.loss, 0);
    EXPECT_NE(workspace.panel<HealthPanel>()->lossMeter().judgement(), MeterBar::Judgement::unknown);
    EXPECT_FALSE(workspace.panel<HealthPanel>()->entropyMeter().advice().isEmpty());
    EXPECT_GT(workspace.panel<LogPanel>()->view().lineCount(), 0);
    EXPECT_EQ(workspace.panel<ParametersPanel>()->form().rows().size(),
              window->bridge().catalog().params.specs().size());
}

TEST_F(WindowTest, HealthNamesBothKindsOfCollapse) {
    makeWindow();
    MeterBar& entropy = window->workspace().panel<HealthPanel>()->entropyMeter();
    const auto advice = [&](double share) {
        script->entropyShare = share;
        runToEnd();
        EXPECT_TRUE(waitFor([&] { return window->hasShown(window->bridge().snapshot()->step); }));
        EXPECT_EQ(entropy.judgement(), MeterBar::Judgement::bad);
        return entropy.advice();
    };
    EXPECT_TRUE(advice(0.999).contains(QStringLiteral("uniform")));
    EXPECT_TRUE(advice(0.001).contains(QStringLiteral("One dimension wins")));
}

TEST_F(WindowTest, ASecondRunForgetsTheFirst) {
    makeWindow();
    runToEnd();
    window->draft().maxSteps = 20;
    runToEnd();
    CurvePlot* loss = window->workspace().panel<CurvesPanel>()->plotOf("loss");
    EXPECT_TRUE(waitFor([&] { return loss->pointCount(0) == 20U; }));
}

TEST_F(WindowTest, ButtonsFollowTheTableInEveryState) {
    makeWindow();
    const auto agree = [&] {
        for (const CommandKind kind : {CommandKind::run, CommandKind::pause, CommandKind::step, CommandKind::stop}) {
            const std::string_view why = refusal(state(), kind);
            const QAction* action = window->runBar().action(kind);
            EXPECT_EQ(action->isEnabled(), why.empty()) << commandName(kind) << " in " << stateName(state());
            if (!why.empty()) {
                EXPECT_EQ(action->toolTip().toStdString(), why);
            }
        }
        EXPECT_EQ(window->runBar().newRun()->isEnabled(), isAllowed(state(), CommandKind::open));
    };
    agree(); // empty
    script->gate.hold("open");
    window->draft().maxSteps = 60;
    window->startRun();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::starting; }));
    agree();
    script->gate.hold("step");
    script->gate.release("open");
    ASSERT_TRUE(waitFor([&] { return state() == RunState::running; }));
    agree();
    script->gate.waitForArrivals("step", 1);
    window->runBar().action(CommandKind::pause)->trigger();
    script->gate.release("step");
    ASSERT_TRUE(waitFor([&] { return state() == RunState::paused; }));
    agree();
    const std::int64_t before = window->bridge().snapshot()->step.value;
    window->runBar().action(CommandKind::step)->trigger();
    ASSERT_TRUE(
        waitFor([&] { return state() == RunState::paused && window->bridge().snapshot()->step.value == before + 1; }));
    script->gate.hold("beginFinish");
    window->runBar().action(CommandKind::stop)->trigger();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::stopping; }));
    agree();
    script->gate.release("beginFinish");
    ASSERT_TRUE(waitFor([&] { return state() == RunState::finished; }));
    agree();
}

TEST_F(WindowTest, AFailureIsASentenceInTheBar) {
    makeWindow();
    script->failNext("open", {ErrorCode::io, "data", "The pictures cannot be read; choose another folder.", {}, {}});
    window->startRun();
    EXPECT_TRUE(waitFor([&] {
        return window->messages().sentence() == QStringLiteral("The pictures cannot be read; choose another folder.");
    }));
    EXPECT_FALSE(window->showsWorkspace());
}

TEST_F(WindowTest, ALiveChangeIsPendingThenAppliedAndMarked) {
    makeWindow();
    pauseAtStart();
    auto* parameters = window->workspace().panel<ParametersPanel>();
    FieldRow* row = parameters->form().row(QStringLiteral("optim.lr"));
    script->gate.hold("probe"); // the engine thread is kept from the command
    emit parameters->form().edited(QStringLiteral("optim.lr"), QStringLiteral("0.002"));
    EXPECT_EQ(row->state(), FieldRow::State::pending);
    EXPECT_TRUE(parameters->isPending("optim.lr"));
    script->gate.release("probe");
    ASSERT_TRUE(waitFor([&] { return !parameters->isPending("optim.lr"); }));
    EXPECT_EQ(row->state(), FieldRow::State::plain);
    EXPECT_TRUE(waitFor([&] { return row->text() == QStringLiteral("0.002"); })) << row->text().toStdString();
    const auto& marks = window->workspace().panel<CurvesPanel>()->plotOf("loss")->marks();
    ASSERT_EQ(marks.size(), 1U);
    EXPECT_TRUE(marks[0].text.contains(QStringLiteral("optim.lr")));
    EXPECT_TRUE(window->draft().commandLine().contains(QStringLiteral("--optim.lr 0.002")));
}

TEST_F(WindowTest, ARefusedChangeShowsItsSentence) {
    makeWindow();
    pauseAtStart();
    auto* parameters = window->workspace().panel<ParametersPanel>();
    FieldRow* row = parameters->form().row(QStringLiteral("optim.lr"));
    emit parameters->form().edited(QStringLiteral("optim.lr"), QStringLiteral("-1"));
    EXPECT_EQ(row->state(), FieldRow::State::refused);
    EXPECT_FALSE(row->sentence().isEmpty());
    script->failNext("setParam", {ErrorCode::badParameter, "train", "This rate cannot be had now.", {}, {}});
    emit parameters->form().edited(QStringLiteral("optim.lr"), QStringLiteral("0.003"));
    ASSERT_TRUE(waitFor([&] { return !parameters->isPending("optim.lr"); }));
    EXPECT_EQ(row->state(), FieldRow::State::refused);
    EXPECT_EQ(row->sentence(), QStringLiteral("This rate cannot be had now."));
    EXPECT_TRUE(window->workspace().panel<CurvesPanel>()->plotOf("loss")->marks().empty());
}

TEST_F(WindowTest, TheStateOfTheRunIsNeverCutInAWord) {
    makeWindow();
    runToEnd();
    const RunBar& bar = window->runBar();
    window->resize(1900, 900);
    EXPECT_TRUE(waitFor([&] { return bar.statusWords().endsWith(QStringLiteral("cpu")); }));
    window->resize(1100, 900);
    EXPECT_TRUE(waitFor([&] {
        const QString words = bar.statusWords();
        return words.startsWith(QStringLiteral("step")) && !words.endsWith(QStringLiteral("cpu"));
    })) << bar.statusWords().toStdString();
    window->resize(1900, 900);
    EXPECT_TRUE(waitFor([&] { return bar.statusWords().endsWith(QStringLiteral("cpu")); }));
}

TEST_F(WindowTest, TheSearchFieldFiltersTheForm) {
    makeWindow();
    ParamForm& form = window->workspace().panel<ParametersPanel>()->form();
    const int all = form.visibleRowCount();
    window->runBar().search()->setText(QStringLiteral("temperature"));
    EXPECT_EQ(form.visibleRowCount(), 2);
    window->runBar().search()->clear();
    EXPECT_EQ(form.visibleRowCount(), all);
}

TEST_F(WindowTest, TheLaboratoryActsOnACopyUntilItIsApplied) {
    makeWindow();
    pauseAtStart();
    auto* laboratory = window->workspace().panel<LaboratoryPanel>();
    ASSERT_TRUE(waitFor([&] { return !laboratory->figures().teacherSoftmax.empty(); }));
    const double before = laboratory->figures().teacherEntropy;
    EXPECT_FALSE(laboratory->applyButton().isEnabled());
    laboratory->teacherSlider().setValue(laboratory->teacherSlider().maximum());
    ASSERT_TRUE(waitFor([&] { return laboratory->figures().teacherEntropy > before + 0.1; }));
    EXPECT_EQ(std::get<double>(window->bridge().snapshot()->params->at("loss.teacher_temperature")), 0.04);
    ASSERT_TRUE(laboratory->applyButton().isEnabled());
    laboratory->applyButton().click();
    EXPECT_TRUE(waitFor(
        [&] { return std::get<double>(window->bridge().snapshot()->params->at("loss.teacher_temperature")) == 0.2; }));
    laboratory->teacherSlider().setValue(0);
    ASSERT_TRUE(waitFor([&] { return laboratory->resetButton().isEnabled(); }));
    laboratory->resetButton().click();
    EXPECT_TRUE(waitFor([&] { return laboratory->teacherSlider().value() == laboratory->teacherSlider().maximum(); }));
}

TEST_F(WindowTest, WithoutLabelsAnAccuracySaysWhatIsMissing) {
    script->labelled = false;
    makeWindow();
    auto* curves = window->workspace().panel<CurvesPanel>();
    pauseAtStart();
    ASSERT_TRUE(waitFor([&] { return curves->plotOf("knn_teacher")->showsNotice(); }));
    EXPECT_TRUE(curves->plotOf("linear_student")->showsNotice());
    EXPECT_FALSE(curves->plotOf("loss")->showsNotice());
}

TEST_F(WindowTest, AConvolutionalNetworkSaysThatItHasNoAttention) {
    script->convolutional = true;
    makeWindow();
    runToEnd();
    auto* attention = window->workspace().panel<AttentionPanel>();
    EXPECT_TRUE(waitFor([&] { return attention->hasShown(window->bridge().snapshot()->step); }));
    EXPECT_EQ(attention->view(), PatchView::activation);
    EXPECT_EQ(attention->studentView().map().size(), 49U) << "activations are shown instead";
    const auto labels = attention->findChildren<QLabel*>();
    EXPECT_TRUE(std::any_of(labels.begin(), labels.end(), [](const QLabel* label) {
        return label->isVisible() && label->text().contains(QStringLiteral("resnet50 has no attention"));
    }));
}

TEST_F(WindowTest, AttentionOffersActivationsAndSimilarities) {
    makeWindow();
    runToEnd();
    auto* attention = window->workspace().panel<AttentionPanel>();
    auto* choice = attention->findChild<QComboBox*>(QStringLiteral("patchView"));
    ASSERT_NE(choice, nullptr);
    ASSERT_EQ(choice->count(), 3);
    for (const auto& [index, parts] : {std::pair(1, 3U), std::pair(2, 0U), std::pair(0, 3U)}) {
        choice->setCurrentIndex(index);
        emit choice->activated(index);
        EXPECT_TRUE(waitFor([&] {
            return attention->hasShown(window->bridge().snapshot()->step) && attention->partCount() == parts;
        })) << index;
        EXPECT_EQ(attention->studentView().map().size(), 49U);
    }
}

std::ptrdiff_t jobsStarted(const Script& script) {
    const std::vector<std::string> calls = script.calls();
    return std::count(calls.begin(), calls.end(), "startJob");
}

TEST_F(WindowTest, NeighboursAskForFeaturesOnceAndLeadOn) {
    makeWindow();
    pauseAtStart();
    QDockWidget* dock = window->workspace().dock(QStringLiteral("neighbours"));
    auto* neighbours = window->workspace().panel<NeighboursPanel>();
    dock->raise();
    ASSERT_TRUE(waitFor([&] { return neighbours->teacherStrip().tiles().size() == 8; }));
    EXPECT_EQ(jobsStarted(*script), 1);
    EXPECT_TRUE(neighbours->teacherStrip().tiles()[0].marked) << "of the picture's class";
    EXPECT_FALSE(neighbours->studentStrip().tiles()[0].marked);
    EXPECT_TRUE(neighbours->studentStrip().tiles()[1].marked);
    auto* index = neighbours->findChild<QSpinBox*>();
    emit neighbours->studentStrip().chosen(2);
    EXPECT_EQ(index->value(), 15) << "the third neighbour of picture 0";
    EXPECT_TRUE(waitFor([&] { return neighbours->hasShown(window->bridge().snapshot()->step); }));
    neighbours->measureButton().click();
    EXPECT_TRUE(waitFor([&] { return jobsStarted(*script) == 2; }));
    EXPECT_EQ(window->messages().sentence(), QString());
}

TEST_F(WindowTest, TheLayoutComesBack) {
    QSettings settings(QDir::tempPath() + QStringLiteral("/dinoscope-layout-test.ini"), QSettings::IniFormat);
    settings.clear();
    makeWindow();
    runToEnd();
    window->workspace().dock(QStringLiteral("crops"))->close();
    window->workspace().save(settings);
    window->workspace().resetLayout();
    EXPECT_TRUE(window->workspace().dock(QStringLiteral("crops"))->isVisibleTo(&window->workspace()));
    ASSERT_TRUE(window->workspace().restore(settings));
    EXPECT_FALSE(window->workspace().dock(QStringLiteral("crops"))->isVisibleTo(&window->workspace()));
}

TEST_F(WindowTest, TheWidthsOfPanelsComeBackInTheNextWindow) {
    QSettings settings(QDir::tempPath() + QStringLiteral("/dinoscope-sizes-test.ini"), QSettings::IniFormat);
    settings.clear();
    const auto widths = [&] {
        std::vector<int> all;
        for (const char* id : {"parameters", "curves", "attention"})
            all.push_back(window->workspace().dock(QString::fromLatin1(id))->width());
        return all;
    };
    makeWindow();
    runToEnd();
    window->workspace().applyLayout(QStringLiteral("attention"));
    QApplication::processEvents();
    const std::vector<int> made = widths();
    window->workspace().save(settings);
    window.reset();
    makeWindow();
    ASSERT_TRUE(window->workspace().restore(settings)) << "while the start page is in front";
    runToEnd();
    QApplication::processEvents();
    EXPECT_EQ(widths(), made);
}

TEST_F(WindowTest, ClosingWhileTrainingStopsTheRunFirst) {
    script->evaluationSlices = 2;
    makeWindow();
    script->gate.hold("step");
    window->startRun();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::running; }));
    EXPECT_FALSE(window->close());
    EXPECT_FALSE(window->messages().sentence().isEmpty());
    EXPECT_TRUE(window->isVisible());
    script->gate.openForGood();
    EXPECT_TRUE(waitFor([&] { return !window->isVisible(); }));
    EXPECT_TRUE(window->bridge().isClosed());
}

TEST_F(WindowTest, ASecondCloseQuitsAtOnce) {
    makeWindow();
    script->gate.hold("step");
    window->startRun();
    ASSERT_TRUE(waitFor([&] { return state() == RunState::running; }));
    EXPECT_FALSE(window->close());
    EXPECT_TRUE(window->close());
    EXPECT_FALSE(window->isVisible());
    script->gate.openForGood();
}

TEST_F(WindowTest, ThemesChangeUnderARunningWindow) {
    makeWindow();
    runToEnd();
    for (const ThemeChoice choice : {ThemeChoice::dark, ThemeChoice::light, ThemeChoice::system}) {
        window->setTheme(choice);
        window->grab();
    }
}

TEST_F(WindowTest, AnUnattendedRunSavesItsPicture) {
    makeWindow();
    window->draft().maxSteps = 30;
    const QString path = QDir::tempPath() + QStringLiteral("/dinoscope-window-test.png");
    QFile::remove(path);
    UnattendedRun run(*window, {true, path, true});
    bool done = false;
    QObject::connect(&run, &UnattendedRun::done, window.get(), [&done] { done = true; });
    run.start();
    ASSERT_TRUE(waitFor([&] { return done; }));
    EXPECT_EQ(run.exitCode(), 0) << run.failure().toStdString();
    EXPECT_FALSE(QImage(path).isNull());
    UnattendedRun bad(*window, {true, QStringLiteral("/nowhere/at/all.png"), true});
    done = false;
    QObject::connect(&bad, &UnattendedRun::done, window.get(), [&done] { done = true; });
    bad.start();
    ASSERT_TRUE(waitFor([&] { return done; }));
    EXPECT_EQ(bad.exitCode(), 1);
    EXPECT_TRUE(bad.failure().contains(QStringLiteral("/nowhere/at/all.png")));
}

} // namespace
} // namespace dinoscope
