// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/softmax_lab.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>
#include <vector>

namespace dinoscope {
namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr double kClose = 1e-12;

Doubles softmax(const Floats& logits, double temperature, const Floats& center = {}) {
    return softmaxUnderTemperature(logits, center, temperature);
}

double sum(const Doubles& p) { return std::accumulate(p.begin(), p.end(), 0.0); }

void expectNear(const Doubles& actual, const Doubles& expected, double tolerance = kClose) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t k = 0; k < actual.size(); ++k)
        EXPECT_NEAR(actual[k], expected[k], tolerance) << "entry " << k;
}

TEST(Softmax, EqualsValuesByHand) {
    // e^0 : e^1 : e^2
    expectNear(softmax({0, 1, 2}, 1), {0.09003057317038046, 0.24472847105479767, 0.6652409557748219});
    // Halving the temperature doubles the logits: e^0 : e^2.
    expectNear(softmax({0, 1}, 0.5), {1 / (1 + std::exp(2.0)), 1 / (1 + std::exp(-2.0))});
    // (3, 1) - (1, 0) = (2, 1)
    expectNear(softmax({3, 1}, 1, {1, 0}), {1 / (1 + std::exp(-1.0)), 1 / (1 + std::exp(1.0))});
}

TEST(Softmax, SumsToOne) {
    for (const double temperature : {1e-3, 0.04, 0.1, 1.0, 10.0}) {
        const Doubles p = softmax({0.3f, -2.5f, 7.25f, 1e-6f, -80.0f}, temperature, {0.5f, 0, -1, 2, 0.25f});
        EXPECT_NEAR(sum(p), 1, kClose) << "temperature " << temperature;
        for (const double value : p)
            EXPECT_GE(value, 0);
    }
}

TEST(Softmax, IgnoresAShiftOfAllLogits) {
    // Multiples of 1/4 are exact in float32, also beside 1024.
    const Floats logits = {0.25f, -1.5f, 3.75f};
    for (const float shift : {-1024.0f, 0.5f, 1024.0f}) {
        Floats shifted = logits;
        for (float& logit : shifted)
            logit += shift;
        expectNear(softmax(shifted, 0.1), softmax(logits, 0.1));
        expectNear(softmax(logits, 0.1, Floats(3, shift)), softmax(logits, 0.1));
    }
}

TEST(Softmax, NoCenterIsACenterOfZeros) {
    const Floats logits = {0.5f, -1, 2, 0};
    EXPECT_EQ(softmax(logits, 0.04), softmax(logits, 0.04, Floats(4, 0)));
    EXPECT_NE(softmax(logits, 0.04), softmax(logits, 0.04, {1, 0, 0, 0}));
}

TEST(Softmax, ALowTemperatureTakesTheLargestAHighOneTakesAll) {
    expectNear(softmax({0.5f, 0.75f, -3}, 1e-4), {0, 1, 0});
    expectNear(softmax({0.5f, 0.75f, -3}, 1e9), {1.0 / 3, 1.0 / 3, 1.0 / 3}, 1e-8);
    expectNear(softmax({2, 2, -3}, 1e-4), {0.5, 0.5, 0});
}

TEST(Softmax, SurvivesHugeLogits) {
    expectNear(softmax({3e38f, -3e38f}, 1e-3), {1, 0});
    expectNear(softmax({-3e38f, -3e38f}, 1e-3), {0.5, 0.5});
}

TEST(Softmax, OnePrototypeTakesAll) {
    EXPECT_EQ(softmax({-17.5f}, 0.04), Doubles{1});
    EXPECT_EQ(softmax({}, 0.04), Doubles{});
}

TEST(Entropy, EqualsValuesByHand) {
    EXPECT_NEAR(entropyOf(Doubles{0.5, 0.5}), std::log(2.0), kClose);
    EXPECT_NEAR(entropyOf(Doubles{0.25, 0.75}), 0.5623351446188083, kClose);
    EXPECT_EQ(entropyOf(Doubles{0, 1, 0}), 0);
    EXPECT_NEAR(entropyOf(Doubles(64, 1.0 / 64)), std::log(64.0), kClose);
}

TEST(CrossEntropy, EqualsValuesByHandAndIsNeverBelowTheEntropy) {
    const Doubles q = {0.25, 0.75}, p = {0.5, 0.5};
    EXPECT_NEAR(crossEntropy(q, p), std::log(2.0), kClose);
    EXPECT_NEAR(crossEntropy(p, q), -0.5 * std::log(0.25) - 0.5 * std::log(0.75), kClose);
    EXPECT_GT(crossEntropy(q, p), entropyOf(q));
    EXPECT_DOUBLE_EQ(crossEntropy(q, q), entropyOf(q));
}

TEST(CrossEntropy, TermsWithoutWeightCountAsZero) {
    EXPECT_NEAR(crossEntropy(Doubles{0, 1}, Doubles{0, 1}), 0, kClose);
    EXPECT_NEAR(crossEntropy(Doubles{0, 1}, Doubles{0.5, 0.5}), std::log(2.0), kClose);
    EXPECT_EQ(crossEntropy(Doubles{1, 0}, Doubles{0, 1}), std::numeric_limits<double>::infinity());
}

TEST(TopShare, AddsTheLargestEntries) {
    const Doubles p = {0.125, 0.5, 0.0625, 0.3125};
    EXPECT_EQ(topShare(p, 0), 0);
    EXPECT_EQ(topShare(p, 1), 0.5);
    EXPECT_EQ(topShare(p, 2), 0.8125);
    EXPECT_EQ(topShare(p, 4), 1);
    EXPECT_EQ(topShare(p, 100), 1);
}

// K = 2, three student views, two teacher views.
const Floats kStudent = {1, 0, 0, 1, 2, 2};
const Floats kTeacher = {0.5f, 0, -0.25f, 0.25f};
const Floats kCenter = {0.125f, -0.125f};

PairLossMatrix sample() { return pairLosses(kStudent, kTeacher, kCenter, 2, 0.5, 0.25); }

TEST(PairLosses, EqualsValuesByHand) {
    const PairLossMatrix matrix = sample();
    ASSERT_EQ(matrix.teacherViews, 2);
    ASSERT_EQ(matrix.studentViews, 3);
    ASSERT_EQ(matrix.values.size(), 6u);
    // Two prototypes: the centred teacher's logits differ by 0.25 and -0.75, the student's by 1, -1 and 0.
    const double q0 = 1 / (1 + std::exp(-0.25 / 0.25)), q1 = 1 / (1 + std::exp(0.75 / 0.25));
    const auto logSigmoid = [](double x) { return -std::log1p(std::exp(-x)); };
    const auto loss = [&](double q, double x) { return -q * logSigmoid(x / 0.5) - (1 - q) * logSigmoid(-x / 0.5); };
    EXPECT_NEAR(matrix.values[1], loss(q0, -1), kClose);
    EXPECT_NEAR(matrix.values[2], std::log(2.0), kClose);
    EXPECT_NEAR(matrix.values[3], loss(q1, 1), kClose);
    EXPECT_NEAR(matrix.values[5], std::log(2.0), kClose);
    EXPECT_NEAR(matrix.loss, (loss(q0, -1) + loss(q1, 1) + 2 * std::log(2.0)) / 4, kClose);
    const auto entropy = [](double q) { return -q * std::log(q) - (1 - q) * std::log(1 - q); };
    EXPECT_NEAR(matrix.teacherEntropy, (entropy(q0) + entropy(q1)) / 2, kClose);
}

TEST(PairLosses, SkipsTheSameViewAndNothingElse) {
    const PairLossMatrix matrix = sample();
    for (std::size_t i = 0; i < matrix.values.size(); ++i)
        EXPECT_EQ(std::isnan(matrix.values[i]), i == 0 || i == 4) << "entry " << i;
}

TEST(PairLosses, WithoutSharedViewsEveryPairCounts) {
    const PairLossMatrix matrix = pairLosses(kStudent, kTeacher, kCenter, 2, 0.5, 0.25, 0);
    double sum = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        if (i != 0 && i != 4) {
            EXPECT_EQ(matrix.values[i], sample().values[i]) << "entry " << i;
        }
        sum += matrix.values[i];
    }
    EXPECT_NEAR(matrix.values[0], crossEntropy(softmax({0.5f, 0}, 0.25, kCenter), softmax({1, 0}, 0.5)), kClose);
    EXPECT_NEAR(matrix.loss, sum / 6, kClose);
    EXPECT_NEAR(matrix.kl, matrix.loss - matrix.teacherEntropy, kClose) << "all entropies weigh the same";
}

TEST(PairLosses, AgreesWithTheOtherFormulas) {
    const PairLossMatrix matrix = sample();
    const Doubles q = softmax({0.5f, 0}, 0.25, kCenter);
    EXPECT_NEAR(matrix.values[1], crossEntropy(q, softmax({0, 1}, 0.5)), kClose);
    EXPECT_NEAR(matrix.values[2], crossEntropy(q, softmax({2, 2}, 0.5)), kClose);
}

TEST(PairLosses, TheLossIsEntropyPlusDivergence) {
    const PairLossMatrix matrix = sample();
    EXPECT_NEAR(matrix.loss, matrix.teacherEntropy + matrix.kl, kClose);
    EXPECT_GT(matrix.kl, 0);
}

TEST(PairLosses, DivergenceWeighsEntropiesAsThePairsDo) {
    // One student view: only the second teacher view has a pair, so only its entropy counts.
    const PairLossMatrix matrix = pairLosses(Floats{1, 0}, kTeacher, kCenter, 2, 0.5, 0.25);
    EXPECT_TRUE(std::isnan(matrix.values[0]));
    EXPECT_NEAR(matrix.loss, matrix.values[1], kClose);
    EXPECT_NEAR(matrix.kl, matrix.loss - entropyOf(softmax({-0.25f, 0.25f}, 0.25, kCenter)), kClose);
}

TEST(PairLosses, DivergenceOfEqualDistributionsIsZero) {
    const Floats same = {0.5f, -1, 0.25f, 0.5f, -1, 0.25f};
    const PairLossMatrix matrix = pairLosses(same, same, {}, 3, 0.1, 0.1);
    EXPECT_NEAR(matrix.kl, 0, kClose);
    EXPECT_NEAR(matrix.loss, matrix.teacherEntropy, kClose);
}

TEST(PairLosses, AnEmptyCenterIsACenterOfZeros) {
    const PairLossMatrix without = pairLosses(kStudent, kTeacher, {}, 2, 0.5, 0.25);
    const PairLossMatrix zeros = pairLosses(kStudent, kTeacher, Floats{0, 0}, 2, 0.5, 0.25);
    EXPECT_EQ(without.loss, zeros.loss);
    EXPECT_EQ(without.teacherEntropy, zeros.teacherEntropy);
    EXPECT_NE(without.loss, sample().loss);
}

TEST(PairLosses, OnePrototypeLosesNothing) {
    const PairLossMatrix matrix = pairLosses(Floats{5, -3, 1}, Floats{2, 7}, Floats{1}, 1, 0.1, 0.04);
    EXPECT_EQ(matrix.studentViews, 3);
    EXPECT_EQ(matrix.teacherViews, 2);
    EXPECT_EQ(matrix.loss, 0);
    EXPECT_EQ(matrix.teacherEntropy, 0);
    EXPECT_EQ(matrix.kl, 0);
}

TEST(PairLosses, AStudentThatIsSureAndWrongLosesAFiniteAmount) {
    // The student's probability of the teacher's choice is e^-2000, which is 0 as a double; its logarithm is not.
    const PairLossMatrix matrix = pairLosses(Floats{0, 0, 0, 200}, Floats{10, 0}, {}, 2, 0.1, 0.01);
    EXPECT_NEAR(matrix.values[1], 2000, 1e-9);
    EXPECT_NEAR(matrix.loss, 2000, 1e-9);
}

TEST(PairLosses, WithoutPairsThereIsNoLoss) {
    const PairLossMatrix matrix = pairLosses(Floats{1, 0}, Floats{0, 1}, {}, 2, 0.1, 0.1);
    EXPECT_TRUE(std::isnan(matrix.values.at(0)));
    EXPECT_EQ(matrix.loss, 0);
    EXPECT_EQ(matrix.kl, 0);
    EXPECT_GT(matrix.teacherEntropy, 0);
}

} // namespace
} // namespace dinoscope
