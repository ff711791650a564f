// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_probes.h"

#include "engine/api/softmax_lab.h"
#include "engine/support/check.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace dinoscope {
namespace {

using testing::SmallRun;

PictureRef row(std::int64_t index) { return {PictureRef::Kind::lastBatch, index, {}}; }
PictureRef sample(std::int64_t index) { return {PictureRef::Kind::sample, index, {}}; }
PictureRef given(Image image) { return {PictureRef::Kind::given, 0, std::move(image)}; }

template <class Answer, class Question> Answer ask(SmallRun& small, const Question& question) {
    const ProbeResult result = answerProbe(*small.run, {7, question, {}});
    EXPECT_EQ(result.id, 7U);
    EXPECT_EQ(result.step, small.run->stepNumber());
    return std::get<Answer>(result.answer);
}

template <class Question> ErrorCode refusal(SmallRun& small, const Question& question, const std::string& moment = {}) {
    try {
        answerProbe(*small.run, {1, question, moment});
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

TEST(RunProbes, AttentionSumsToOneWithTheClassToken) {
    SmallRun small;
    small.train(1);
    for (const PictureRef& picture : {row(0), sample(9), given({20, 30, 3, std::vector<std::uint8_t>(1800, 90)})}) {
        const auto answer = ask<AttentionAnswer>(small, AttentionRequest{picture, 1, 32, -1});
        EXPECT_EQ(answer.rows, 8);
        EXPECT_EQ(answer.columns, 8);
        EXPECT_EQ(answer.heads, 3);
        EXPECT_EQ(answer.picture.width, 32);
        for (const std::vector<float>* weights : {&answer.student, &answer.teacher}) {
            ASSERT_EQ(weights->size(), 3U * 64);
            for (int head = 0; head < 3; ++head) {
                const double sum =
                    std::accumulate(weights->begin() + head * 64, weights->begin() + (head + 1) * 64, 0.0);
                EXPECT_GT(sum, 0.5);
                EXPECT_LT(sum, 1.0);
            }
        }
    }
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
    EXPECT_EQ(refusal(small, CropsRequest{sample(0), 0}, "step-10"), ErrorCode::notFound);
}

} // namespace
} // namespace dinoscope
