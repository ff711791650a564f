// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/attention_probe.h"
#include "engine/probes/evaluation_scope.h"
#include "engine/probes/neighbours_probe.h"
#include "engine/probes/softmax_probe.h"
#include "engine/probes/tensor_values.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/backbone_options.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <limits>

namespace dinoscope {
namespace {

std::shared_ptr<Backbone> micro() {
    BackboneOptions options;
    options.arch = "vit_micro";
    options.patchSize = 4;
    options.channels = 1;
    return makeBackbone(options, true);
}

TEST(EvaluationScope, GivesEveryPartTheModeItHad) {
    torch::nn::Sequential network(torch::nn::Linear(2, 3), torch::nn::BatchNorm1d(3), torch::nn::BatchNorm1d(3));
    network->train();
    network->ptr(2)->eval();
    {
        const EvaluationScope scope(*network);
        for (const auto& part : network->modules())
            EXPECT_FALSE(part->is_training());
        network->forward(torch::ones({4, 2}));
    }
    EXPECT_TRUE(network->is_training());
    EXPECT_TRUE(network->ptr(1)->is_training());
    EXPECT_FALSE(network->ptr(2)->is_training());
    EXPECT_TRUE(torch::equal(network->named_buffers()["1.running_mean"], torch::zeros({3})));
}

TEST(SoftmaxProbe, CountsWinsOfTheCentredTeacher) {
    BatchLogits logits;
    logits.batchSize = 1;
    logits.student = torch::tensor({{1.F, 0.F}, {1.F, 0.F}, {0.F, 1.F}});
    logits.teacher = torch::tensor({{1.F, 0.F}, {2.5F, 0.F}});
    logits.center = torch::tensor({{2.F, 0.F}});
    const PrototypeWins wins = prototypeWins(logits);
    EXPECT_EQ(wins.student, (std::vector<std::int32_t>{2, 1}));
    EXPECT_EQ(wins.teacher, (std::vector<std::int32_t>{1, 1}));
    EXPECT_TRUE(prototypeWins({}).teacher.empty());
}

TEST(SoftmaxProbe, RowsAreCropMajor) {
    BatchLogits logits;
    logits.batchSize = 2;
    logits.student = torch::arange(12, torch::kFloat32).view({6, 2});
    logits.teacher = torch::arange(8, torch::kFloat32).view({4, 2});
    CropsAnswer crops;
    crops.views.resize(3);
    const SoftmaxAnswer answer = softmaxOfBatch(logits, 1, crops);
    EXPECT_EQ(answer.student, (std::vector<float>{2, 3, 6, 7, 10, 11}));
    EXPECT_EQ(answer.teacher, (std::vector<float>{2, 3, 6, 7}));
    EXPECT_TRUE(answer.center.empty());
    EXPECT_THROW(softmaxOfBatch(logits, 2, crops), EngineError);
    EXPECT_THROW(softmaxOfBatch({}, 0, crops), EngineError);
}

TEST(TensorValues, AViewBecomesNormalisedNumbers) {
    const torch::Tensor picture =
        pictureTensor({2, 2, 1, {0, 51, 102, 255}}, Normalization{{0.2F, 0, 0}, {0.5F, 1, 1}});
    const torch::Tensor expected = torch::tensor({-0.4F, 0.F, 0.4F, 1.6F}).view({1, 1, 2, 2});
    EXPECT_TRUE(torch::allclose(picture, expected, 1e-5, 1e-6));
}

FeatureBank fourDirections() {
    FeatureBank bank;
    bank.samples = {SampleIndex{10}, SampleIndex{11}, SampleIndex{12}, SampleIndex{13}};
    bank.pictures = torch::arange(4 * 3 * 2 * 2).view({4, 3, 2, 2}).to(torch::kUInt8);
    bank.labels = torch::tensor({0, 1, -1, 1}, torch::kInt64);
    bank.student = torch::tensor({{1.F, 0.F}, {0.6F, 0.8F}, {0.6F, 0.8F}, {-1.F, 0.F}});
    return bank;
}

TEST(NeighboursProbe, TheNearestComeFirstAndEqualOnesInTheirOrder) {
    const FeatureBank bank = fourDirections();
    const torch::Tensor query = torch::tensor({1.F, 0.F});
    const auto nearest = nearestReferences(bank, bank.student, query, std::nullopt, 10);
    ASSERT_EQ(nearest.size(), 4U) << "no more than there are";
    EXPECT_EQ(nearest[0].sample, 10);
    EXPECT_EQ(nearest[1].sample, 11);
    EXPECT_EQ(nearest[2].sample, 12);
    EXPECT_EQ(nearest[2].label, -1);
    EXPECT_FLOAT_EQ(static_cast<float>(nearest[3].similarity), -1.F);
    EXPECT_EQ(nearest[0].image.pixels, (std::vector<std::uint8_t>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
    EXPECT_EQ(nearestReferences(bank, bank.student, query, 0, 1).front().sample, 11) << "without its own row";
    EXPECT_EQ(bank.rowOf(SampleIndex{12}), 2);
    EXPECT_EQ(bank.rowOf(SampleIndex{2}), std::nullopt);
    EXPECT_THROW(nearestReferences(bank, bank.student, query, {}, 0), EngineError);
    EXPECT_THROW(nearestReferences(bank, bank.student, torch::ones({3}), {}, 1), EngineError);
}

TEST(NeighboursProbe, FeaturesThatAreNotFiniteComeLast) {
    FeatureBank bank = fourDirections();
    bank.student[0][0] = std::numeric_limits<float>::quiet_NaN();
    const auto nearest = nearestReferences(bank, bank.student, torch::tensor({1.F, 0.F}), {}, 4);
    EXPECT_EQ(nearest[0].sample, 11);
    EXPECT_EQ(nearest[3].sample, 10);
}

TEST(AttentionProbe, RefusesNetworksOfTwoShapes) {
    BackboneOptions other;
    other.arch = "vit_micro";
    other.patchSize = 7;
    other.channels = 1;
    const auto a = micro(), b = makeBackbone(other, true);
    const Image picture{28, 28, 1, std::vector<std::uint8_t>(784, 9)};
    const Normalization normalization{{0.5F, 0, 0}, {0.5F, 1, 1}};
    EXPECT_THROW(attentionOfPicture(picture, "", normalization, {}, *a, *b), EngineError);
    const AttentionAnswer answer = attentionOfPicture(picture, "words", normalization, {}, *a, *a);
    EXPECT_EQ(answer.caption, "words");
    EXPECT_EQ(answer.student.parts, answer.teacher.parts);
    EXPECT_EQ(answer.student.whole, answer.teacher.whole);
    EXPECT_EQ(answer.student.parts.size(),
              answer.parts.size() * static_cast<std::size_t>(answer.rows * answer.columns));
}

} // namespace
} // namespace dinoscope
