// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/objectives/dino_loss.h"

#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace dinoscope {
namespace {

constexpr double kStudentTemperature = 0.1, kTeacherTemperature = 0.04;

std::vector<double> softmax(const torch::Tensor& row) {
    const auto values = row.accessor<double, 1>();
    double highest = values[0], sum = 0;
    for (std::int64_t k = 0; k < values.size(0); ++k)
        highest = std::max(highest, values[k]);
    std::vector<double> result;
    for (std::int64_t k = 0; k < values.size(0); ++k)
        sum += result.emplace_back(std::exp(values[k] - highest));
    for (double& value : result)
        value /= sum;
    return result;
}

/// The loss as a double loop over all pairs that leaves out a view beside itself: that of which the first views of the
/// student are the teacher's, if they are.
double lossByPairs(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                   std::int64_t views, std::int64_t batch, Pairing pairing = Pairing::official) {
    double total = 0;
    std::int64_t pairs = 0;
    for (std::int64_t global = 0; global < 2; ++global)
        for (std::int64_t view = 0; view < views; ++view) {
            if (pairing == Pairing::official && view == global)
                continue;
            ++pairs;
            for (std::int64_t picture = 0; picture < batch; ++picture) {
                const auto q = softmax((teacher[global * batch + picture] - center[0]) / kTeacherTemperature);
                const auto p = softmax(student[view * batch + picture] / kStudentTemperature);
                for (std::size_t k = 0; k < q.size(); ++k)
                    total -= q[k] * std::log(p[k]);
            }
        }
    return total / static_cast<double>(pairs * batch);
}

struct Logits {
    Logits(std::int64_t views, std::int64_t batch, std::int64_t outputs) {
        torch::manual_seed(static_cast<std::uint64_t>(views * 100 + outputs));
        student = torch::rand({views * batch, outputs}, torch::kFloat64) - 0.5;
        teacher = torch::rand({2 * batch, outputs}, torch::kFloat64) * 0.3;
        center = torch::rand({1, outputs}, torch::kFloat64) * 0.3;
    }
    DinoLoss loss(torch::Dtype type) const {
        DinoLoss made(center.size(1), type);
        made.setCenter(center);
        return made;
    }
    torch::Tensor student, teacher, center;
};

TEST(DinoLoss, TakesEveryPairButAViewWithItself) {
    for (const std::int64_t views : {2, 3, 6, 12})
        for (const std::int64_t outputs : {1, 2, 17, 64}) {
            const Logits logits(views, 3, outputs);
            const double expected = lossByPairs(logits.student, logits.teacher, logits.center, views, 3);
            const auto wide = logits.loss(torch::kFloat64)
                                  .evaluate(logits.student, logits.teacher, kStudentTemperature, kTeacherTemperature);
            EXPECT_NEAR(wide.loss, expected, 1e-13 * std::max(1.0, expected)) << views << " views, K " << outputs;
            const auto fused = logits.loss(torch::kFloat32)
                                   .evaluate(logits.student.to(torch::kFloat32), logits.teacher.to(torch::kFloat32),
                                             kStudentTemperature, kTeacherTemperature);
            EXPECT_NEAR(fused.loss, expected, 1e-5 * std::max(1.0, expected)) << views << " views, K " << outputs;
            EXPECT_NEAR(fused.teacherEntropy, wide.teacherEntropy, 1e-5);
            EXPECT_NEAR(fused.klDivergence, fused.loss - fused.teacherEntropy, 1e-15);
        }
}

TEST(DinoLoss, ComparesEachLocalViewWithBothGlobalOnes) {
    for (const std::int64_t views : {1, 2, 3, 10})
        for (const std::int64_t outputs : {1, 2, 17, 64}) {
            const Logits logits(views, 3, outputs);
            const auto in = [&](torch::Dtype type, DinoLoss::Path path) {
                return logits.loss(type).evaluate(logits.student.to(type), logits.teacher.to(type), kStudentTemperature,
                                                  kTeacherTemperature, Pairing::localsToGlobals, path);
            };
            const double expected =
                lossByPairs(logits.student, logits.teacher, logits.center, views, 3, Pairing::localsToGlobals);
            const auto wide = in(torch::kFloat64, DinoLoss::Path::automatic);
            EXPECT_NEAR(wide.loss, expected, 1e-13 * std::max(1.0, expected)) << views << " views, K " << outputs;
            const auto fused = in(torch::kFloat32, DinoLoss::Path::automatic);
            const auto plain = in(torch::kFloat32, DinoLoss::Path::plain);
            EXPECT_NEAR(fused.loss, expected, 1e-5 * std::max(1.0, expected)) << views << " views, K " << outputs;
            EXPECT_NEAR(fused.loss, plain.loss, 1e-6 * std::max(1.0, expected));
            EXPECT_NEAR(fused.teacherEntropy, wide.teacherEntropy, 1e-5);
            EXPECT_LE((fused.gradient - plain.gradient).norm().item<double>(),
                      1e-6 * std::max(1e-3, plain.gradient.norm().item<double>()));
        }
}

/// Two prototypes, one picture, one local view. The teacher's logits differ by ln 2, twice that under its temperature
/// of 1/2, so it says 0.8 and 0.2, then 0.2 and 0.8; the student's differ by ln 3, so it says 0.75 and 0.25.
TEST(DinoLoss, LocalsToGlobalsByHand) {
    const double ln2 = std::log(2.0), ln3 = std::log(3.0);
    const torch::Tensor teacher = torch::tensor({{ln2, 0.0}, {0.0, ln2}}, torch::kFloat64);
    const torch::Tensor student = torch::tensor({{ln3, 0.0}}, torch::kFloat64);
    const auto result = DinoLoss(2, torch::kFloat64).evaluate(student, teacher, 1, 0.5, Pairing::localsToGlobals);
    // Both pairs: 0.8 and 0.2 against 0.75 and 0.25, then 0.2 and 0.8 against the same.
    const double first = -0.8 * std::log(0.75) - 0.2 * std::log(0.25);
    const double second = -0.2 * std::log(0.75) - 0.8 * std::log(0.25);
    EXPECT_NEAR(result.loss, (first + second) / 2, 1e-14);
    EXPECT_NEAR(result.teacherEntropy, -0.8 * std::log(0.8) - 0.2 * std::log(0.2), 1e-14);
    // Half the sum of p - q over both pairs.
    EXPECT_NEAR(result.gradient[0][0].item<double>(), ((0.75 - 0.8) + (0.75 - 0.2)) / 2, 1e-14);
    EXPECT_NEAR(result.gradient[0][1].item<double>(), ((0.25 - 0.2) + (0.25 - 0.8)) / 2, 1e-14);
}

class SlopeOfDinoLoss : public testing::TestWithParam<Pairing> {};
INSTANTIATE_TEST_SUITE_P(Pairings, SlopeOfDinoLoss, testing::Values(Pairing::official, Pairing::localsToGlobals));

TEST_P(SlopeOfDinoLoss, IsTheGradient) {
    const std::int64_t views = 4, batch = 2;
    const Logits logits(views, batch, 9);
    const DinoLoss loss = logits.loss(torch::kFloat64);
    const auto at = [&](const torch::Tensor& student) {
        return loss.evaluate(student, logits.teacher, kStudentTemperature, kTeacherTemperature, GetParam());
    };
    const torch::Tensor gradient = at(logits.student).gradient;
    const torch::Tensor fused = logits.loss(torch::kFloat32)
                                    .evaluate(logits.student.to(torch::kFloat32), logits.teacher.to(torch::kFloat32),
                                              kStudentTemperature, kTeacherTemperature, GetParam())
                                    .gradient;
    constexpr double kStep = 1e-5;
    for (std::int64_t row = 0; row < views * batch; ++row)
        for (std::int64_t k = 0; k < 9; ++k) {
            torch::Tensor above = logits.student.clone(), below = logits.student.clone();
            above[row][k] += kStep;
            below[row][k] -= kStep;
            const double slope = (at(above).loss - at(below).loss) / (2 * kStep);
            EXPECT_NEAR(gradient[row][k].item<double>(), slope, 1e-7);
            EXPECT_NEAR(fused[row][k].item<double>(), slope, 1e-6);
        }
}

TEST(DinoLoss, EvaluatesWithTheOldCenterAndKeepsIt) {
    const Logits logits(3, 2, 8);
    DinoLoss loss = logits.loss(torch::kFloat64);
    const auto evaluate = [&] {
        return loss.evaluate(logits.student, logits.teacher, kStudentTemperature, kTeacherTemperature).loss;
    };
    const double first = evaluate();
    EXPECT_TRUE(torch::equal(loss.center(), logits.center));
    EXPECT_EQ(evaluate(), first);
    loss.updateCenter(logits.teacher, 0.9);
    const torch::Tensor expected = 0.9 * logits.center + 0.1 * logits.teacher.sum(0, true) / 4;
    EXPECT_LT((loss.center() - expected).abs().max().item<double>(), 1e-15);
    EXPECT_NE(evaluate(), first);
}

TEST(DinoLoss, StaysExactForLargeLogits) {
    // Far beyond what a head with cosines can give; the exponentials must not overflow.
    for (const double scale : {1.0, 50.0}) {
        Logits logits(4, 3, 100);
        logits.student = logits.student * scale;
        logits.teacher = logits.teacher * scale;
        const auto wide = logits.loss(torch::kFloat64).evaluate(logits.student, logits.teacher, 0.1, 0.02);
        const auto fused =
            logits.loss(torch::kFloat32)
                .evaluate(logits.student.to(torch::kFloat32), logits.teacher.to(torch::kFloat32), 0.1, 0.02);
        EXPECT_NEAR(fused.loss, wide.loss, 1e-5 * wide.loss);
        EXPECT_LT((fused.gradient - wide.gradient).norm().item<double>(),
                  1e-5 * std::max(1.0, scale / 10) * wide.gradient.norm().item<double>());
    }
}

TEST(DinoLoss, RoundsLargeQuotientsAsThePlainPathDoes) {
    // Two prototypes of nearly the same large value: how logit / temperature is rounded decides who wins.
    torch::manual_seed(1);
    const torch::Tensor student = torch::randn({12, 100}) * 50, teacher = torch::randn({4, 100}) * 50;
    const auto close = teacher.max(1, true);
    const torch::Tensor tied =
        teacher.scatter(1, (std::get<1>(close) + 1).remainder(100), std::get<0>(close) - 0.0123f);
    const DinoLoss loss(100, torch::kFloat32);
    const auto fused = loss.evaluate(student, tied, 0.1, 0.02);
    const auto plain = loss.evaluate(student, tied, 0.1, 0.02, Pairing::official, DinoLoss::Path::plain);
    EXPECT_LT((fused.gradient - plain.gradient).norm().item<double>(), 1e-6 * plain.gradient.norm().item<double>());
    EXPECT_NEAR(fused.loss, plain.loss, 1e-6 * plain.loss);
    EXPECT_NEAR(fused.teacherEntropy, plain.teacherEntropy, 1e-6 * plain.teacherEntropy);
}

TEST(DinoLoss, RefusesShapesThatDoNotFit) {
    const DinoLoss loss(5, torch::kFloat32);
    const auto zeros = [](std::int64_t rows, std::int64_t outputs) { return torch::zeros({rows, outputs}); };
    EXPECT_NO_THROW(loss.evaluate(zeros(4, 5), zeros(4, 5), 0.1, 0.1));
    EXPECT_THROW(loss.evaluate(zeros(4, 6), zeros(4, 6), 0.1, 0.1), EngineError);
    EXPECT_THROW(loss.evaluate(zeros(5, 5), zeros(4, 5), 0.1, 0.1), EngineError);
    EXPECT_THROW(loss.evaluate(zeros(2, 5), zeros(4, 5), 0.1, 0.1), EngineError);
    EXPECT_THROW(loss.evaluate(zeros(3, 5), zeros(3, 5), 0.1, 0.1), EngineError);
    const auto locals = [&](std::int64_t rows) {
        return loss.evaluate(zeros(rows, 5), zeros(4, 5), 0.1, 0.1, Pairing::localsToGlobals);
    };
    EXPECT_NO_THROW(locals(2)) << "one local view";
    EXPECT_THROW(locals(0), EngineError);
    EXPECT_THROW(locals(3), EngineError);
    EXPECT_EQ(parsePairing("official"), Pairing::official);
    EXPECT_EQ(parsePairing("locals_to_globals"), Pairing::localsToGlobals);
    EXPECT_THROW(parsePairing("globals"), EngineError);
}

} // namespace
} // namespace dinoscope
