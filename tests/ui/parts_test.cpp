// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/command_line.h"
#include "tests/fakes/fake_answers.h"
#include "tests/fakes/fake_catalog.h"
#include "ui/background_worker.h"
#include "ui/free_logits.h"
#include "ui/lab_arithmetic.h"
#include "ui/param_binder.h"
#include "ui/run_draft.h"
#include "ui/texts.h"
#include "widgets/bar_strip.h"

#include <QTest>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

TEST(RunDraftTest, TheCommandLineNamesWhatDiffers) {
    const EngineCatalog catalog = fakeCatalog();
    RunDraft draft(catalog);
    ASSERT_TRUE(draft.choosePreset("collapse-uniform"));
    EXPECT_FALSE(draft.choosePreset("no-such-preset"));
    EXPECT_EQ(draft.commandLine(), QStringLiteral("dinoscope-cli train --preset collapse-uniform"));
    EXPECT_FALSE(draft.set("run.seed", std::int64_t{7}));
    EXPECT_FALSE(draft.set("data.path", std::string("/my pictures/it's")));
    draft.maxSteps = 10;
    EXPECT_EQ(draft.commandLine(), QStringLiteral("dinoscope-cli train --preset collapse-uniform --data.path "
                                                  "'/my pictures/it'\\''s' --run.seed 7 --steps 10"));
    EXPECT_TRUE(draft.set("optim.lr", -1.0));
    EXPECT_FALSE(draft.differsFromPreset("loss.teacher_temperature"));
}

TEST(ParamBinderTest, DescribesRangeEffectAndSlider) {
    const EngineCatalog catalog = fakeCatalog();
    const FieldDescription lr = describeField(*catalog.params.find("optim.lr"));
    EXPECT_TRUE(lr.hasSlider);
    EXPECT_TRUE(lr.logarithmic);
    EXPECT_TRUE(lr.note.contains(QStringLiteral("live")));
    EXPECT_FALSE(describeField(*catalog.params.find("run.seed")).hasSlider);
    ParamSet params(catalog.params);
    const ParamSpec* depth = catalog.params.find("backbone.drop_path_rate");
    EXPECT_FALSE(applies(*depth, params));
    params.set(catalog.params, "backbone.arch", std::string("vit_small"));
    EXPECT_TRUE(applies(*depth, params));
}

TEST(LabArithmeticTest, CentringAndTemperatureAct) {
    LabQuestion question;
    question.logits = std::make_shared<const SoftmaxAnswer>(fakeSoftmax({}, {100}, 0.1, 0.04));
    question.studentView = 1;
    const LabFigures sharp = computeFigures(question);
    EXPECT_EQ(sharp.teacherSoftmax.size(), 64U);
    EXPECT_NEAR(sharp.pairs.loss, sharp.pairs.teacherEntropy + sharp.pairs.kl, 1e-9);
    question.teacherTemperature = 10;
    EXPECT_NEAR(computeFigures(question).teacherEntropy, std::log(64.0), 1e-3);
    question.centered = false;
    EXPECT_EQ(computeFigures(question).teacherCentered, computeFigures(question).teacherLogits);
}

TEST(LabArithmeticTest, AStudentOfLocalCropsIsComparedWithBothGlobalOnes) {
    SoftmaxAnswer logits = fakeSoftmax({}, {100}, 0.1, 0.04);
    const auto pairsIn = [&] {
        LabQuestion question;
        question.logits = std::make_shared<const SoftmaxAnswer>(logits);
        const LabFigures figures = computeFigures(question);
        return std::count_if(figures.pairs.values.begin(), figures.pairs.values.end(),
                             [](double value) { return std::isfinite(value); });
    };
    EXPECT_EQ(pairsIn(), 2 * logits.studentViews - 2);
    logits.student.erase(logits.student.begin(), logits.student.begin() + logits.teacherViews * logits.prototypes);
    logits.studentViews -= logits.teacherViews;
    logits.sharedViews = 0;
    EXPECT_EQ(pairsIn(), 2 * logits.studentViews);
}

TEST(LabArithmeticTest, ReadsTypedNumbers) {
    EXPECT_EQ(readNumbers("1, -2;3.5 1e-1"), (std::vector<float>{1, -2, 3.5F, 0.1F}));
    EXPECT_TRUE(readNumbers("1, two").empty());
    EXPECT_TRUE(readNumbers("").empty());
    EXPECT_EQ(readNumbers("1 2 3", 2).size(), 2U);
}

TEST(FreeLogitsTest, OneFigureATemperature) {
    FreeLogits free;
    free.setTexts(QStringLiteral("1, 0"), QStringLiteral("1, 0.1, 0.01"));
    ASSERT_EQ(free.strips().size(), 3U);
    EXPECT_NEAR(free.strips()[0]->values()[0], 0.731, 1e-3);
    free.setTexts(QStringLiteral("1, x"), QStringLiteral("1"));
    EXPECT_EQ(free.strips().size(), 3U);
}

TEST(BackgroundWorkerTest, ShowsTheNewestJobOnTheCallersThread) {
    BackgroundWorker worker;
    int shown = 0;
    const std::thread::id here = std::this_thread::get_id();
    for (int i = 1; i <= 50; ++i)
        worker.submit([&shown, i, here] {
            return [&shown, i, here] {
                EXPECT_EQ(std::this_thread::get_id(), here);
                EXPECT_GT(i, shown);
                shown = i;
            };
        });
    EXPECT_TRUE(QTest::qWaitFor([&] { return !worker.isBusy(); }, 60'000));
    EXPECT_EQ(shown, 50);
}

TEST(TextsTest, NumbersAndTimes) {
    EXPECT_EQ(numberText(4.15888), QStringLiteral("4.159"));
    EXPECT_EQ(numberText(0), QStringLiteral("0"));
    EXPECT_EQ(durationText(245), QStringLiteral("4 min 05 s"));
    EXPECT_EQ(durationText(7800), QStringLiteral("2 h 10 min"));
    EXPECT_EQ(countText(12800), QStringLiteral("12,800"));
}

TEST(CommandLineTest, ReadsOptionsAndSettings) {
    const EngineCatalog catalog = fakeCatalog();
    const WindowArguments arguments = readArguments({"--demo", "--steps", "40", "--size=1100x700", "--theme", "dark",
                                                     "--seed", "3", "--optim.lr", "0.01", "-platform", "offscreen"},
                                                    catalog);
    EXPECT_TRUE(arguments.demo);
    EXPECT_EQ(arguments.steps, 40);
    EXPECT_EQ(arguments.height, 700);
    EXPECT_EQ(arguments.values,
              (std::vector<std::pair<std::string, std::string>>{{"run.seed", "3"}, {"optim.lr", "0.01"}}));
    EXPECT_EQ(arguments.forQt.size(), 2U);
    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{"--nonsense"},
                                                                                       {"--steps"},
                                                                                       {"--steps", "x"},
                                                                                       {"--theme", "pink"},
                                                                                       {"--size", "9"},
                                                                                       {"stray"},
                                                                                       {"--preset", "none"}})
        EXPECT_THROW(readArguments(wrong, catalog), UsageError) << wrong[0];
    try {
        readArguments({"--optim.lrr", "1"}, catalog);
        FAIL();
    } catch (const UsageError& error) {
        EXPECT_NE(std::string(error.what()).find("--optim.lr"), std::string::npos) << error.what();
    }
    EXPECT_NE(helpText(catalog).find("--loss.teacher_temperature"), std::string::npos);
}

TEST(CommandLineTest, PanelsAndLatencyAreAskedForByFlags) {
    const EngineCatalog catalog = fakeCatalog();
    EXPECT_FALSE(readArguments({"--demo"}, catalog).allPanels);
    EXPECT_TRUE(readArguments({"--all-panels"}, catalog).allPanels);
    EXPECT_FALSE(readArguments({"--all-panels"}, catalog).reportLatency);
    EXPECT_TRUE(readArguments({"--demo", "--report-latency", "--quit"}, catalog).reportLatency);
    EXPECT_THROW(readArguments({"--report-latency=60"}, catalog), UsageError);
    EXPECT_EQ(readArguments({"--report-latency"}, catalog).latencySeconds, 60);
    EXPECT_EQ(readArguments({"--latency-seconds", "3600"}, catalog).latencySeconds, 3600);
    EXPECT_TRUE(readArguments({"--latency-seconds", "3600"}, catalog).reportLatency);
    EXPECT_THROW(readArguments({"--latency-seconds", "0"}, catalog), UsageError);
    for (const char* option : {"--all-panels", "--report-latency", "--latency-seconds"})
        EXPECT_NE(helpText(catalog).find(option), std::string::npos);
}

} // namespace
} // namespace dinoscope
