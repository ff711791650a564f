// SPDX-License-Identifier: GPL-3.0-or-later
// Runs whose views change in number and size while they train.
#include "engine/support/check.h"
#include "engine/train/run_probes.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dinoscope {
namespace {

using testing::SmallRun;

constexpr PictureRef::Kind kBatch = PictureRef::Kind::lastBatch, kSample = PictureRef::Kind::sample;

std::string change(SmallRun& small, const std::string& id, const ParamValue& value) {
    return small.run->setParam(small.catalog, *small.catalog.params.find(id), value);
}

std::string size(SmallRun& small, const char* id, std::int64_t value) { return change(small, id, value); }

/// The sentence with which a change is refused, or "".
std::string refusal(SmallRun& small, const char* id, std::int64_t value) {
    try {
        size(small, id, value);
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::badParameter);
        return error.what();
    }
    return {};
}

template <class Answer, class Question> Answer ask(SmallRun& small, const Question& question) {
    return std::get<Answer>(answerProbe(*small.run, nullptr, {1, question, {}}).answer);
}

/// Sides of the views that a picture has.
std::vector<int> sides(SmallRun& small, PictureRef::Kind kind) {
    std::vector<int> found;
    for (const ViewInfo& view : ask<CropsAnswer>(small, CropsRequest{{kind, 1, {}}, 0}).views)
        found.push_back(view.image.width);
    return found;
}

/// Every question that looks at views or networks.
void watch(SmallRun& small) {
    for (const PictureRef::Kind kind : {kBatch, kSample}) {
        const PictureRef picture{kind, 3, {}};
        const auto crops = ask<CropsAnswer>(small, CropsRequest{picture, 0});
        const auto softmax = ask<SoftmaxAnswer>(small, SoftmaxRequest{picture});
        EXPECT_EQ(softmax.views.size(), crops.views.size());
        EXPECT_EQ(softmax.studentViews, static_cast<std::int64_t>(crops.views.size()));
        ask<AttentionAnswer>(small, AttentionRequest{picture});
        ask<NeighboursAnswer>(small, NeighboursRequest{picture, 3});
    }
}

/// Changes in all directions, between steps.
std::vector<double> changedRun(const char* loaderThreads, bool watched, const char* precision = "float32") {
    SmallRun small(SmallRun::Texts{
        {"data.loader_threads", loaderThreads}, {"eval.every_steps", "3"}, {"run.precision", precision}});
    const std::vector<std::pair<const char*, std::int64_t>> changes = {
        {"augment.local_crops", 5}, {"augment.global_size", 20}, {"augment.local_size", 12},
        {"augment.local_crops", 0}, {"augment.global_size", 13}, {"augment.local_crops", 1}};
    for (const auto& [id, value] : changes) {
        small.train(2);
        size(small, id, value);
        if (watched)
            watch(small);
    }
    small.train(1);
    change(small, "augment.resample", std::string("bilinear"));
    small.train(2);
    EXPECT_EQ(sides(small, kBatch), (std::vector<int>{13, 13, 12}));
    for (const MetricPoint& point : small.recorder.points)
        EXPECT_TRUE(std::isfinite(point.value)) << metricList()[point.metric].id;
    return small.recorder.of(Metric::loss);
}

TEST(LiveViews, ChangeWithoutATraceOfThreadsAndWatchers) {
    const auto losses = changedRun("1", false);
    EXPECT_EQ(losses.size(), 15U);
    EXPECT_EQ(losses, changedRun("3", true));
    changedRun("2", true, "bfloat16");
}

TEST(LiveViews, CountFromTheNextStepOn) {
    SmallRun plain, changed;
    plain.train(4);
    changed.train(3);
    EXPECT_EQ(changed.run->info()->localCrops, 3);
    EXPECT_EQ(size(changed, "augment.local_crops", 2), "augment.local_crops: 3 -> 2");
    EXPECT_EQ(size(changed, "augment.global_size", 24), "augment.global_size: 16 -> 24");
    EXPECT_EQ(changed.run->info()->localCrops, 2);
    EXPECT_EQ(sides(changed, kBatch), (std::vector<int>{16, 16, 8, 8, 8})) << "those of the newest step";
    EXPECT_EQ(sides(changed, kSample), (std::vector<int>{24, 24, 8, 8})) << "those that would be cut now";
    watch(changed);
    changed.train(1);
    EXPECT_EQ(sides(changed, kBatch), (std::vector<int>{24, 24, 8, 8}));
    const auto before = plain.recorder.of(Metric::loss), after = changed.recorder.of(Metric::loss);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + 3, after.begin()));
    EXPECT_NE(before[3], after[3]);
}

/// The batch after a change is that of a run which had these views from the beginning.
TEST(LiveViews, AreThoseOfARunThatHadThemFromTheBeginning) {
    SmallRun changed, always(SmallRun::Texts{{"augment.global_size", "20"}, {"augment.local_crops", "1"}});
    changed.train(3);
    size(changed, "augment.global_size", 20);
    size(changed, "augment.local_crops", 1);
    changed.train(2);
    always.train(5);
    EXPECT_EQ(changed.run->newestBatch()->number, 4);
    EXPECT_EQ(changed.run->newestBatch()->values, always.run->newestBatch()->values);
    EXPECT_EQ(changed.run->newestBatch()->samples, always.run->newestBatch()->samples);
}

TEST(LiveViews, WhatDoesNotFitIsRefusedAndNothingIsLost) {
    SmallRun plain, small;
    plain.train(6);
    small.train(2);
    EXPECT_EQ(refusal(small, "augment.global_size", 4), "") << "one patch";
    size(small, "augment.global_size", 16);
    SmallRun larger(SmallRun::Texts{{"backbone.patch_size", "8"}, {"augment.local_size", "8"}});
    larger.train(1);
    EXPECT_NE(refusal(larger, "augment.local_size", 7).find("smaller than one patch"), std::string::npos);
    EXPECT_NE(refusal(larger, "augment.global_size", 7).find("backbone.patch_size"), std::string::npos);
    EXPECT_EQ(std::get<std::int64_t>(larger.run->params()->at("augment.global_size")), 16);
    size(larger, "augment.local_crops", 0);
    EXPECT_EQ(refusal(larger, "augment.local_size", 7), "") << "no view has this size";
    EXPECT_NE(refusal(larger, "augment.local_crops", 1).find("augment.local_size is 7"), std::string::npos);
    larger.train(1);
    // A batch that was thrown away is made again.
    small.train(4);
    EXPECT_EQ(plain.recorder.of(Metric::loss), small.recorder.of(Metric::loss));
}

TEST(LiveViews, WithoutLocalCropsAStudentOfLocalCropsIsRefused) {
    SmallRun small(SmallRun::Texts{{"loss.pairing", "locals_to_globals"}});
    small.train(2);
    const std::string sentence = refusal(small, "augment.local_crops", 0);
    EXPECT_NE(sentence.find("loss.pairing"), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("augment.local_crops"), std::string::npos) << sentence;
    EXPECT_EQ(std::get<std::int64_t>(small.run->params()->at("augment.local_crops")), 3);
    size(small, "augment.local_crops", 1);
    small.train(1);
    EXPECT_EQ(ask<SoftmaxAnswer>(small, SoftmaxRequest{{kBatch, 0, {}}}).studentViews, 1);
}

TEST(LiveViews, RecipesChangeLive) {
    SmallRun small;
    small.train(2);
    const auto recipe = [&](const char* word) { return change(small, "augment.recipe", std::string(word)); };
    EXPECT_EQ(recipe("pair"), "augment.recipe: multi_crop -> pair");
    EXPECT_EQ(small.run->info()->localCrops, 0);
    watch(small);
    small.train(1);
    EXPECT_EQ(sides(small, kBatch), (std::vector<int>{16, 16}));
    EXPECT_EQ(ask<SoftmaxAnswer>(small, SoftmaxRequest{{kBatch, 0, {}}}).studentViews, 2);
    recipe("plain");
    small.train(1);
    for (const ViewInfo& view : ask<CropsAnswer>(small, CropsRequest{{kBatch, 1, {}}, 0}).views) {
        EXPECT_FALSE(view.jittered || view.grayscale || view.solarized);
        EXPECT_EQ(view.blurRadius, 0);
    }
    try {
        change(small, "loss.pairing", std::string("locals_to_globals"));
        ADD_FAILURE() << "a pair has no local crops";
    } catch (const EngineError& error) {
        EXPECT_NE(std::string(error.what()).find("augment.recipe"), std::string::npos);
    }
    recipe("multi_crop");
    small.train(1);
    EXPECT_EQ(sides(small, kBatch), (std::vector<int>{16, 16, 8, 8, 8}));
}

TEST(LiveViews, AConvolutionalNetworkTakesAnySize) {
    SmallRun small(SmallRun::Texts{{"backbone.arch", "resnet18"}, {"optim.optimizer", "sgd"}});
    small.train(1);
    size(small, "augment.local_size", 5);
    size(small, "augment.global_size", 33);
    small.train(2);
    EXPECT_EQ(sides(small, kBatch), (std::vector<int>{33, 33, 5, 5, 5}));
}

TEST(LiveViews, AccuraciesKeepTheSizeThatTheRunWasBegunWith) {
    SmallRun small;
    size(small, "augment.global_size", 24);
    small.train(1);
    EXPECT_EQ(small.run->evaluation().cropSide, 16);
    small.run->evaluate();
    while (small.run->hasWork())
        small.run->workSlice(small.recorder);
    EXPECT_EQ(small.run->bank()->step, Step{1});
    EXPECT_EQ(small.run->bank()->pictures.size(-1), 16);
    EXPECT_EQ(small.recorder.of(Metric::knnTeacher).size(), 2U);
    EXPECT_FALSE(ask<NeighboursAnswer>(small, NeighboursRequest{{kSample, 60, {}}, 3}).teacher.empty())
        << "a picture that is no reference is seen at the same size";
}

} // namespace
} // namespace dinoscope
