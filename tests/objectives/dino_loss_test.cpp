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

/// The loss as a double loop over all pairs that leaves out a view beside itself.
double lossByPairs(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                   std::int64_t views, std::int64_t batch) {
    double total = 0;
    for (std::int64_t global = 0; global < 2; ++global)
        for (std::int64_t view = 0; view < views; ++view)
            for (std::int64_t picture = 0; picture < batch && view != global; ++picture) {
                const auto q = softmax((teacher[global * batch + picture] - center[0]) / kTeacherTemperature);
                const auto p = softmax(student[view * batch + picture] / kStudentTemperature);
                for (std::size_t k = 0; k < q.size(); ++k)
                    total -= q[k] * std::log(p[k]);
            }
    return total / static_cast<double>((2 * views - 2) * batch);
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

TEST(DinoLoss, GradientIsTheSlopeOfTheLoss) {
    const std::int64_t views = 4, batch = 2;
    const Logits logits(views, batch, 9);
    const DinoLoss loss = logits.loss(torch::kFloat64);
    const auto at = [&](const torch::Tensor& student) {
        return loss.evaluate(student, logits.teacher, kStudentTemperature, kTeacherTemperature);
    };
    const torch::Tensor gradient = at(logits.student).gradient;
    const torch::Tensor fused = logits.loss(torch::kFloat32)
                                    .evaluate(logits.student.to(torch::kFloat32), logits.teacher.to(torch::kFloat32),
                                              kStudentTemperature, kTeacherTemperature)
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
    const auto plain = loss.evaluate(student, tied, 0.1, 0.02, DinoLoss::Path::plain);
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
}

} // namespace
} // namespace dinoscope
