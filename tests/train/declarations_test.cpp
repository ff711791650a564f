// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/catalog.h"
#include "engine/train/feature_health.h"
#include "engine/train/metrics.h"
#include "engine/train/presets.h"
#include "engine/train/run_settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace dinoscope {
namespace {

TEST(Declarations, EveryPresetIsAccepted) {
    const EngineCatalog catalog = makeCatalog();
    std::set<std::string> ids;
    for (const Preset& preset : catalog.presets) {
        EXPECT_TRUE(ids.insert(preset.id).second) << preset.id;
        ParamSet params(catalog.params);
        for (const auto& [id, value] : preset.values) {
            const auto error = params.set(catalog.params, id, value);
            EXPECT_FALSE(error) << preset.id << ": " << error->message;
        }
        const RunSettings settings = readSettings(params);
        EXPECT_FALSE(checkTogether(settings)) << preset.id;
        EXPECT_NO_THROW(trainingOptions(settings, preset.id.starts_with("vit") ? 3 : 1, 100)) << preset.id;
    }
    EXPECT_TRUE(ids.contains("fashion-mnist-demo"));
}

TEST(Declarations, EveryParameterHasWordsForThePerson) {
    const EngineCatalog catalog = makeCatalog();
    for (const ParamSpec& spec : catalog.params.specs()) {
        EXPECT_FALSE(spec.label.empty()) << spec.id;
        EXPECT_TRUE(spec.help.ends_with(".")) << spec.id;
    }
}

TEST(Declarations, ConditionsNameParametersAndTheirValues) {
    const EngineCatalog catalog = makeCatalog();
    std::int64_t conditions = 0;
    for (ParamSpec spec : catalog.params.specs()) {
        std::string words = spec.appliesWhen;
        while (!words.empty()) {
            const std::size_t end = std::min(words.find(" and "), words.size());
            spec.appliesWhen = words.substr(0, end);
            words.erase(0, end + std::string_view(" and ").size());
            const std::size_t equals = spec.appliesWhen.find('=');
            ASSERT_NE(equals, std::string::npos) << spec.id;
            const ParamSpec* other = catalog.params.find(spec.appliesWhen.substr(0, equals));
            ASSERT_NE(other, nullptr) << spec.id << ": " << spec.appliesWhen;
            const std::vector<std::string> values =
                other->type == ParamType::boolean ? std::vector<std::string>{"false", "true"} : other->choices;
            // Under some value the condition is met, under some not, and no word of it is one that nobody can choose.
            std::int64_t met = 0, named = 1 + std::count(spec.appliesWhen.begin(), spec.appliesWhen.end(), '|');
            for (const std::string& value : values) {
                ParamSet params(catalog.params);
                EXPECT_FALSE(params.setText(catalog.params, other->id, value));
                met += applies(spec, params) ? 1 : 0;
            }
            EXPECT_EQ(met, named) << spec.id << ": " << spec.appliesWhen;
            EXPECT_LT(met, static_cast<std::int64_t>(values.size())) << spec.id;
            ++conditions;
        }
    }
    EXPECT_GT(conditions, 20);
}

TEST(Declarations, WhatTheIssuePromisesIsLive) {
    const EngineCatalog catalog = makeCatalog();
    for (const char* id : {"optim.lr", "loss.student_temperature", "loss.teacher_temperature", "loss.center_momentum",
                           "optim.momentum_teacher", "optim.weight_decay", "loss.pairing", "augment.global_scale_min",
                           "augment.recipe", "augment.global_size", "augment.local_size", "augment.local_crops",
                           "augment.global_scale_max", "augment.local_scale_min", "augment.local_scale_max"}) {
        const ParamSpec* spec = catalog.params.find(id);
        ASSERT_NE(spec, nullptr) << id;
        EXPECT_NE(spec->takesEffect, TakesEffect::newRun) << id;
    }
}

TEST(Declarations, MetricsStandInTheOrderOfTheirNumbers) {
    const std::vector<MetricSpec>& list = metricList();
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::loss)).id, "loss");
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::knnTeacher)).id, "knn_teacher");
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::learningRate)).id, "lr");
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::momentum)).id, "momentum");
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::waitShare)).id, "wait_share");
    EXPECT_EQ(list.at(static_cast<std::size_t>(Metric::winnersTeacher)).id, "winning_prototypes_teacher");
    EXPECT_EQ(list.size(), static_cast<std::size_t>(Metric::winnersTeacher) + 1);
    std::set<std::string> ids;
    for (const MetricSpec& metric : list)
        EXPECT_TRUE(ids.insert(metric.id).second) << metric.id;
}

TEST(FeatureHealth, SpreadIsZeroForEqualAndOneForEvenFeatures) {
    EXPECT_NEAR(featureSpread(torch::ones({10, 4})), 0, 1e-6);
    // Plus and minus one axis each: every coordinate has mean 0 and mean square 1/4.
    const torch::Tensor even = torch::cat({torch::eye(4), -torch::eye(4)}).repeat({50, 1});
    EXPECT_NEAR(featureSpread(even), 1, 2e-3);
    EXPECT_NEAR(featureSpread(7 * even), featureSpread(even), 1e-6) << "the length of features does not count";
}

TEST(FeatureHealth, CountsPrototypesThatWin) {
    const torch::Tensor logits = torch::tensor({{0.F, 2.F, 1.F}, {3.F, 2.F, 1.F}, {0.F, 5.F, 1.F}});
    EXPECT_EQ(winningPrototypes(logits), 2);
    EXPECT_EQ(winningPrototypes(torch::zeros({5, 3})), 1);
}

} // namespace
} // namespace dinoscope
