// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/optim/schedules.h"

#include "engine/optim/optim_options.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace dinoscope {
namespace {

TEST(CosineSchedule, GivesTheOfficialValuesOfTheDefaultRun) {
    // 100 epochs of 1000 steps, 10 of them warm-up, batch 512.
    const CosineSchedule rate(1e-3, 1e-6, 100000, 10000), decay(0.04, 0.4, 100000), momentum(0.996, 1, 100000);
    EXPECT_EQ(rate.at(0), 0);
    EXPECT_NEAR(rate.at(1), 1.0001e-7, 1e-11);
    EXPECT_EQ(rate.at(9999), 1e-3);
    EXPECT_EQ(rate.at(10000), 1e-3);
    EXPECT_NEAR(rate.at(55000), 5.005e-4, 1e-12);
    EXPECT_NEAR(rate.at(99999), 1.0000003e-6, 1e-13);
    EXPECT_NEAR(decay.at(0), 0.04, 1e-15);
    EXPECT_NEAR(decay.at(10000), 0.0488098, 5e-8);
    EXPECT_NEAR(decay.at(55000), 0.2481582, 5e-8);
    EXPECT_NEAR(momentum.at(10000), 0.99609789, 5e-9);
    EXPECT_NEAR(momentum.at(55000), 0.99831287, 5e-9);
}

TEST(CosineSchedule, WarmsUpThroughBothEnds) {
    const CosineSchedule four(1, 0, 10, 4);
    EXPECT_EQ(four.at(0), 0);
    EXPECT_NEAR(four.at(1), 1 / 3.0, 1e-15);
    EXPECT_EQ(four.at(3), 1);
    EXPECT_EQ(four.at(4), 1);
    EXPECT_LT(four.at(5), 1);
    EXPECT_EQ(CosineSchedule(1, 0, 10, 1).at(0), 0) << "one point is the first";
    EXPECT_EQ(CosineSchedule(1, 0, 10, 2, 0.25).at(0), 0.25);
    EXPECT_EQ(CosineSchedule(1, 0, 6, 6).at(5), 1) << "nothing but warm-up";
}

TEST(CosineSchedule, ApproachesItsEndAndStaysThere) {
    const CosineSchedule schedule(1, 0, 4);
    EXPECT_EQ(schedule.at(0), 1);
    EXPECT_NEAR(schedule.at(2), 0.5, 1e-15);
    EXPECT_GT(schedule.at(3), 0.1);
    EXPECT_EQ(schedule.at(4), schedule.at(3));
    EXPECT_EQ(CosineSchedule(0.7, 0, 1).at(0), 0.7);
}

TEST(CosineSchedule, RoundsTheAngleAsNumPyDoes) {
    // cos(pi * t / n), not cos(pi * (t / n)): with an end of 0 the difference shows in the sixth digit of the last
    // value.
    const CosineSchedule schedule(1, 0, 90000);
    for (const int t : {89989, 89996, 89999}) {
        const volatile double product = std::numbers::pi * t;
        EXPECT_EQ(schedule.at(t), 0.5 * (1 + std::cos(product / 90000.0)));
    }
}

TEST(TeacherTemperature, RisesByEpochs) {
    EXPECT_EQ(teacherTemperatureAt(0, 0.04, 0.07, 0), 0.07);
    EXPECT_EQ(teacherTemperatureAt(0, 0.04, 0.07, 1), 0.04);
    EXPECT_EQ(teacherTemperatureAt(1, 0.04, 0.07, 1), 0.07);
    EXPECT_EQ(teacherTemperatureAt(0, 0.04, 0.07, 4), 0.04);
    EXPECT_NEAR(teacherTemperatureAt(1, 0.04, 0.07, 4), 0.05, 1e-15);
    EXPECT_EQ(teacherTemperatureAt(3, 0.04, 0.07, 4), 0.07);
    EXPECT_EQ(teacherTemperatureAt(300, 0.04, 0.07, 4), 0.07);
}

TEST(SchedulePlan, CountsEpochsUnlessStepsAreGiven) {
    OptimOptions options;
    options.epochs = 7;
    options.warmupEpochs = 2;
    options.freezeLastLayer = 3;
    SchedulePlan plan = planSchedule(options, 11);
    EXPECT_EQ(plan.totalSteps, 77);
    EXPECT_EQ(plan.warmupSteps, 22);
    EXPECT_EQ(plan.freezeSteps, 33);
    options.warmupSteps = 5;
    options.freezeLastLayerSteps = 4;
    plan = planSchedule(options, 11);
    EXPECT_EQ(plan.warmupSteps, 5);
    EXPECT_EQ(plan.freezeSteps, 4);
    EXPECT_THROW(planSchedule(options, 0), EngineError);
}

} // namespace
} // namespace dinoscope
