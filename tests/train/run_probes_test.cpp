// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_probes.h"

#include "engine/api/softmax_lab.h"
#include "engine/probes/neighbours_probe.h"
#include "engine/support/check.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dinoscope {
namespace {

using testing::SmallRun;

PictureRef row(std::int64_t index) { return {PictureRef::Kind::lastBatch, index, {}}; }
PictureRef sample(std::int64_t index) { return {PictureRef::Kind::sample, index, {}}; }
PictureRef given(Image image) {
    return {PictureRef::Kind::given, 0, std::make_shared<const Image>(std::move(image)), {}};
}

template <class Answer, class Question> Answer ask(SmallRun& small, const Question& question) {
    const ProbeResult result = answerProbe(*small.run, nullptr, {7, question, {}});
    EXPECT_EQ(result.id, 7U);
    EXPECT_EQ(result.step, small.run->stepNumber());
    return std::get<Answer>(result.answer);
}

template <class Question> ErrorCode refusal(SmallRun& small, const Question& question) {
    try {
        answerProbe(*small.run, nullptr, {1, question, {}});
    } catch (const EngineError& error) {
        EXPECT_FALSE(error.error().message.empty());
        return error.error().code;
    }
    ADD_FAILURE() << "the question was answered";
    return ErrorCode::internal;
}

TEST(RunProbes, TheLaboratoryComputesTheLossOfTheStep) {
    SmallRun small;
    small.train(4);
    double loss = 0, entropy = 0;
    for (std::int64_t r = 0; r < 8; ++r) {
        const auto answer = ask<SoftmaxAnswer>(small, SoftmaxRequest{row(r)});
        EXPECT_FALSE(answer.runningStatistics);
        EXPECT_EQ(answer.studentViews, 5);
        EXPECT_EQ(answer.teacherViews, 2);
        EXPECT_EQ(answer.views.size(), 5U);
        const PairLossMatrix pairs = pairLosses(answer.student, answer.teacher, answer.center, answer.prototypes,
                                                answer.studentTemperature, answer.teacherTemperature);
        loss += pairs.loss / 8;
        entropy += pairs.teacherEntropy / 8;
        EXPECT_EQ(std::accumulate(answer.teacherWins.begin(), answer.teacherWins.end(), 0), 16);
        EXPECT_EQ(std::accumulate(answer.studentWins.begin(), answer.studentWins.end(), 0), 40);
    }
    EXPECT_NEAR(loss, small.recorder.of(Metric::loss).back(), 1e-4);
    EXPECT_NEAR(entropy, small.recorder.of(Metric::teacherEntropy).back(), 1e-4);
}

TEST(RunProbes, ShowsTheViewsThatTheNetworksSaw) {
    SmallRun small;
    small.train(2);
    const Batch& batch = *small.run->newestBatch();
    const auto answer = ask<CropsAnswer>(small, CropsRequest{row(6), 0});
    ASSERT_EQ(answer.views.size(), 5U);
    for (int crop = 0; crop < 5; ++crop) {
        const Image& view = answer.views[static_cast<std::size_t>(crop)].image;
        const std::size_t pixels = view.pixels.size();
        const float* values = batch.crop(crop) + 6 * pixels;
        for (std::size_t i = 0; i < pixels; ++i)
            ASSERT_NEAR(values[i] * 0.3 + 0.4, view.pixels[i] / 255.0, 1e-5) << crop;
    }
}

TEST(RunProbes, BeforeTheFirstStepTheComingBatchIsShown) {
    SmallRun small;
    const auto coming = ask<CropsAnswer>(small, CropsRequest{row(2), 0});
    const auto logits = ask<SoftmaxAnswer>(small, SoftmaxRequest{row(2)});
    EXPECT_TRUE(logits.runningStatistics);
    EXPECT_EQ(logits.center.size(), 32U);
    EXPECT_TRUE(logits.teacherWins.empty());
    small.train(1);
    const auto seen = ask<CropsAnswer>(small, CropsRequest{row(2), 0});
    EXPECT_EQ(coming.source.pixels, seen.source.pixels);
    ASSERT_EQ(coming.views.size(), seen.views.size());
    for (std::size_t i = 0; i < seen.views.size(); ++i)
        EXPECT_EQ(coming.views[i].image.pixels, seen.views[i].image.pixels) << i;
}

TEST(RunProbes, OtherPicturesUseRunningStatisticsAndSaySo) {
    SmallRun small;
    small.train(3);
    const auto first = ask<SoftmaxAnswer>(small, SoftmaxRequest{sample(10)});
    EXPECT_TRUE(first.runningStatistics);
    EXPECT_EQ(first.student.size(), 5U * 32);
    const auto again = ask<SoftmaxAnswer>(small, SoftmaxRequest{sample(10)});
    EXPECT_EQ(first.student, again.student) << "asking moved a buffer";
    EXPECT_EQ(first.teacher, again.teacher);
}

TEST(RunProbes, RerollsCutOtherViewsOfTheSamePicture) {
    SmallRun small;
    const auto a = ask<CropsAnswer>(small, CropsRequest{sample(3), 0});
    const auto b = ask<CropsAnswer>(small, CropsRequest{sample(3), 1});
    const auto c = ask<CropsAnswer>(small, CropsRequest{sample(3), 0});
    EXPECT_EQ(a.source.pixels, b.source.pixels);
    EXPECT_NE(a.views[0].left + 100 * a.views[0].top + a.views[0].areaShare,
              b.views[0].left + 100 * b.views[0].top + b.views[0].areaShare);
    EXPECT_EQ(a.views[0].image.pixels, c.views[0].image.pixels);
}

TEST(RunProbes, AGivenPhotographIsSentSmallerWithItsBoxesInItsOwnPixels) {
    SmallRun small;
    const int width = 3 * kShownSide, height = 2 * kShownSide;
    PictureRef photograph = given({width, height, 3, std::vector<std::uint8_t>(std::size_t{3} * width * height, 90)});
    photograph.name = "photograph.jpg";
    const auto answer = ask<CropsAnswer>(small, CropsRequest{photograph, 0});
    EXPECT_EQ(answer.caption, "photograph.jpg");
    EXPECT_EQ(answer.sample, -1);
    EXPECT_EQ(answer.width, width);
    EXPECT_EQ(answer.height, height);
    EXPECT_EQ(answer.source.width, kShownSide);
    double widest = 0;
    for (const ViewInfo& view : answer.views)
        widest = std::max(widest, view.width);
    EXPECT_GT(widest, kShownSide);
    EXPECT_EQ(refusal(small, CropsRequest{{PictureRef::Kind::given, 0, {}, {}}, 0}), ErrorCode::badInput);
    small.train(1);
    const auto batch = ask<CropsAnswer>(small, CropsRequest{row(2), 0});
    EXPECT_EQ(batch.sample, small.run->newestBatch()->samples[2].value);
    EXPECT_EQ(batch.width, batch.source.width) << "small ones are sent as they are";
    EXPECT_EQ(ask<CropsAnswer>(small, CropsRequest{sample(9), 0}).sample, 9);
}

TEST(RunProbes, AttentionSumsToOneWithTheClassToken) {
    SmallRun small;
    small.train(1);
    for (const PictureRef& picture : {row(0), sample(9), given({20, 30, 3, std::vector<std::uint8_t>(1800, 90)})}) {
        const auto answer = ask<AttentionAnswer>(small, AttentionRequest{picture, 1, 32, -1});
        EXPECT_EQ(answer.rows, 8);
        EXPECT_EQ(answer.columns, 8);
        EXPECT_EQ(answer.parts, (std::vector<std::int64_t>{0, 1, 2}));
        EXPECT_EQ(answer.picture.width, 32);
        for (const PatchMaps* maps : {&answer.student, &answer.teacher}) {
            const std::vector<float>& heads = maps->parts;
            ASSERT_EQ(heads.size(), 3U * 64);
            ASSERT_EQ(maps->whole.size(), 64U);
            for (int head = 0; head < 3; ++head) {
                const double sum = std::accumulate(heads.begin() + head * 64, heads.begin() + (head + 1) * 64, 0.0);
                EXPECT_GT(sum, 0.5);
                EXPECT_LT(sum, 1.0);
            }
            for (std::size_t cell = 0; cell < 64; ++cell)
                EXPECT_NEAR(maps->whole[cell], (heads[cell] + heads[64 + cell] + heads[128 + cell]) / 3, 1e-6);
        }
    }
}

TEST(RunProbes, AConvolutionalNetworkHasActivationsAndSimilaritiesOfEveryStage) {
    SmallRun small(SmallRun::Texts{{"backbone.arch", "resnet18"}, {"optim.optimizer", "sgd"}});
    small.train(2);
    EXPECT_EQ(refusal(small, AttentionRequest{sample(0)}), ErrorCode::notAllowed);
    AttentionRequest request{sample(0), -1, 64, -1, PatchView::activation};
    for (std::int64_t stage = 0; stage < 4; ++stage) {
        request.block = stage;
        const auto answer = ask<AttentionAnswer>(small, request);
        EXPECT_EQ(answer.rows, 16 >> stage);
        EXPECT_EQ(answer.picture.width, 64);
        ASSERT_EQ(answer.parts.size(), 6U);
        const auto cells = static_cast<std::size_t>(answer.rows * answer.columns);
        EXPECT_EQ(answer.student.whole.size(), cells);
        EXPECT_EQ(answer.teacher.parts.size(), 6 * cells);
        EXPECT_GE(*std::min_element(answer.teacher.whole.begin(), answer.teacher.whole.end()), 0);
    }
    request = {sample(0), 1, 64, 9, PatchView::similarity};
    const auto alike = ask<AttentionAnswer>(small, request);
    ASSERT_EQ(alike.student.whole.size(), 64U);
    EXPECT_NEAR(alike.student.whole[9], 1, 1e-5) << "a cell is like itself";
    EXPECT_TRUE(alike.student.parts.empty());
    request.queryPatch = 64;
    EXPECT_EQ(refusal(small, request), ErrorCode::badInput) << "the second stage has 8 x 8 cells";
}

TEST(RunProbes, PatchesOfATransformerHaveNormsAndSimilarities) {
    SmallRun small;
    const auto strong = ask<AttentionAnswer>(small, AttentionRequest{sample(2), 0, 16, -1, PatchView::activation});
    ASSERT_EQ(strong.teacher.whole.size(), 16U);
    ASSERT_EQ(strong.parts.size(), 6U);
    // A channel's share of the square of the norm.
    for (std::size_t cell = 0; cell < 16; ++cell)
        EXPECT_LE(std::abs(strong.teacher.parts[cell]), strong.teacher.whole[cell] * 1.00001);
    const auto alike = ask<AttentionAnswer>(small, AttentionRequest{sample(2), -1, 16, 5, PatchView::similarity});
    EXPECT_NEAR(alike.teacher.whole[5], 1, 1e-5);
    for (const float value : alike.teacher.whole)
        EXPECT_LE(std::abs(value), 1.00001);
    const auto whole = ask<AttentionAnswer>(small, AttentionRequest{sample(2), -1, 16, -1, PatchView::similarity});
    EXPECT_NE(whole.teacher.whole, alike.teacher.whole) << "the class token asks";
}

TEST(RunProbes, NeighboursOfAReferenceAreThoseOfItsRow) {
    SmallRun small;
    EXPECT_EQ(ask<NeighboursAnswer>(small, NeighboursRequest{sample(3)}).references, 0);
    small.train(3); // the first evaluation comes before the first step
    const auto answer = ask<NeighboursAnswer>(small, NeighboursRequest{sample(3), 5});
    EXPECT_EQ(answer.references, 40);
    EXPECT_EQ(answer.measured, Step{0});
    EXPECT_TRUE(answer.isReference);
    EXPECT_EQ(answer.label, 3);
    const FeatureBank& bank = *small.run->bank();
    const torch::Tensor similarity = bank.teacher.mv(bank.teacher[3]);
    ASSERT_EQ(answer.teacher.size(), 5U);
    for (std::size_t i = 0; i < 5; ++i) {
        const Neighbour& neighbour = answer.teacher[i];
        EXPECT_NE(neighbour.sample, 3) << "a picture is no neighbour of its own";
        EXPECT_EQ(neighbour.label, neighbour.sample % 4);
        EXPECT_NEAR(neighbour.similarity, similarity[neighbour.sample].item<double>(), 1e-6);
        EXPECT_EQ(neighbour.image.pixels, small.run->source().image(SampleIndex{neighbour.sample}).pixels);
        EXPECT_LE(neighbour.similarity, answer.teacher[i > 0 ? i - 1 : 0].similarity);
    }
    const torch::Tensor larger = similarity.gt(answer.teacher.back().similarity + 1e-6).sum();
    EXPECT_LE(larger.item<std::int64_t>(), 5) << "itself and four nearer ones";
}

TEST(RunProbes, AnotherPictureIsComparedAsTheNetworksAreNow) {
    SmallRun small;
    small.train(3);
    while (small.run->hasWork())
        small.run->workSlice(small.recorder);
    // Picture 3, but as if it came from outside: with the networks of the evaluation it is nearest to itself.
    SmallRun still;
    while (still.run->hasWork())
        still.run->workSlice(still.recorder);
    const Image picture = still.run->source().image(SampleIndex{3});
    const auto same = ask<NeighboursAnswer>(still, NeighboursRequest{given(picture), 1});
    EXPECT_FALSE(same.isReference);
    EXPECT_EQ(same.student.front().sample, 3);
    EXPECT_NEAR(same.student.front().similarity, 1, 1e-5);
    const auto later = ask<NeighboursAnswer>(small, NeighboursRequest{given(picture), 1});
    EXPECT_LT(later.student.front().similarity, 0.99999) << "the network has learned since";
    EXPECT_EQ(ask<NeighboursAnswer>(small, NeighboursRequest{sample(50), 3}).isReference, false);
    EXPECT_EQ(refusal(small, NeighboursRequest{sample(0), 0}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, NeighboursRequest{sample(64), 8}), ErrorCode::badInput);
}

TEST(RunProbes, SamplesArePicturesOfTheTrainingSetWithTheirClasses) {
    SmallRun small;
    const auto answer = ask<SamplesAnswer>(small, SamplesRequest{{5, 40}, 8});
    ASSERT_FALSE(answer.pictures.empty());
    EXPECT_EQ(answer.pictures[0].sample, 5);
    EXPECT_EQ(answer.pictures[0].label, small.run->source().label(SampleIndex{5}).value());
    EXPECT_EQ(answer.pictures[0].image.width, 8);
    EXPECT_EQ(refusal(small, SamplesRequest{{64}, 8}), ErrorCode::badInput);
}

TEST(RunProbes, RefusesWhatThereIsNot) {
    SmallRun small;
    EXPECT_EQ(refusal(small, CropsRequest{row(8), 0}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, CropsRequest{sample(64), 0}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, SoftmaxRequest{sample(-1)}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, CropsRequest{given({4, 4, 2, {}}), 0}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, AttentionRequest{sample(0), 99, 0, -1}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, AttentionRequest{sample(0), -1, 1'000'000, -1}), ErrorCode::badInput);
    EXPECT_EQ(refusal(small, AttentionRequest{sample(0), -1, 0, 10'000}), ErrorCode::badInput);
}

} // namespace
} // namespace dinoscope
