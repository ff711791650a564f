// SPDX-License-Identifier: GPL-3.0-or-later
// Runs whose student sees the local crops only (loss.pairing).
#include "engine/api/softmax_lab.h"
#include "engine/support/check.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/run_probes.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace dinoscope {
namespace {

using testing::SmallRun;

const SmallRun::Texts kLocals = {{"loss.pairing", "locals_to_globals"}};

/// The sentence with which something is refused, or "".
template <class Act> std::string refusal(Act act) {
    try {
        act();
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::badParameter);
        return error.what();
    }
    return {};
}

std::string change(SmallRun& small, const std::string& id, const ParamValue& value) {
    return small.run->setParam(small.catalog, *small.catalog.params.find(id), value);
}

template <class Answer, class Question> Answer ask(SmallRun& small, const Question& question) {
    return std::get<Answer>(answerProbe(*small.run, nullptr, {1, question, {}}).answer);
}

TrainingOptions tinyOptions() {
    TrainingOptions o;
    o.backbone.arch = "vit_micro";
    o.backbone.patchSize = 4;
    o.backbone.channels = 1;
    o.backbone.dropPathRate = 0;
    o.head.outDim = 24;
    o.head.hiddenDim = 16;
    o.head.bottleneckDim = 12;
    o.loss.pairing = "locals_to_globals";
    o.loss.centerMomentum = 0.8;
    o.optim.clipGrad = 0;
    o.optim.freezeLastLayer = 0;
    o.optim.warmupEpochs = 0;
    o.optim.epochs = 10;
    o.precision = Precision::float64;
    o.batchSize = 3;
    o.stepsPerEpoch = 4;
    return o;
}

/// The loss in operations of LibTorch: every local view beside both global ones.
torch::Tensor lossOf(const torch::Tensor& student, const torch::Tensor& teacher, const LossOptions& o,
                     std::int64_t locals) {
    const torch::Tensor q = torch::softmax(teacher / o.teacherTemperature, -1).view({2, 1, -1, teacher.size(1)});
    const torch::Tensor p =
        torch::log_softmax(student / o.studentTemperature, -1).view({1, locals, -1, teacher.size(1)});
    return -(q * p).sum(-1).mean();
}

TEST(Pairing, AStepOfTheStudentOnLocalCropsIsThatWrittenInOperations) {
    const TrainingOptions options = tinyOptions();
    TrainingStep step(options);
    torch::manual_seed(5);
    const torch::Tensor globals = torch::randn({2 * 3, 1, 16, 16}, torch::kFloat64);
    const torch::Tensor locals = torch::randn({4 * 3, 1, 8, 8}, torch::kFloat64);
    const auto network = [&](bool isStudent) {
        auto made = std::make_shared<MultiCropNetwork>(options.backbone, options.head, isStudent);
        made->initialize(options.seed);
        made->to(torch::kFloat64);
        return made;
    };
    const auto student = network(true), teacher = network(false);
    torch::Tensor teacherLogits;
    {
        const torch::NoGradGuard noGrad;
        teacherLogits = teacher->forward({globals});
    }
    // The first centre is zero.
    const torch::Tensor loss = lossOf(student->forward({locals}), teacherLogits, options.loss, 4);
    loss.backward();

    const StepMetrics metrics = step.run({globals, locals});
    EXPECT_NEAR(metrics.loss, loss.item<double>(), 1e-12);
    EXPECT_EQ(step.lastStudentLogits().size(0), 12);
    EXPECT_EQ(step.student().lastFeatures().size(0), 12) << "the global views are not computed";
    EXPECT_EQ(step.pairingOfLastStep(), Pairing::localsToGlobals);
    EXPECT_LT((step.loss().center() - 0.2 * teacherLogits.mean(0, true)).abs().max().item<double>(), 1e-12);
    const auto mine = student->named_parameters();
    std::int64_t compared = 0;
    for (const OptimizerSlot& slot : step.optimizer().slots()) {
        const torch::Tensor* own = mine.find(slot.name);
        ASSERT_NE(own, nullptr) << slot.name;
        ASSERT_TRUE(own->grad().defined() && slot.parameter.grad().defined()) << slot.name;
        const double scale = std::max(1e-6, own->grad().abs().max().item<double>());
        EXPECT_LT((slot.parameter.grad() - own->grad()).abs().max().item<double>(), 1e-9 * scale) << slot.name;
        ++compared;
    }
    EXPECT_GT(compared, 20);
    EXPECT_GT(metrics.gradientNorm, 0);

    // Blocks of another cut hold the same views.
    TrainingStep again(options);
    const std::vector<torch::Tensor> blocks{globals.slice(0, 0, 3), globals.slice(0, 3, 6), locals.slice(0, 0, 3),
                                            locals.slice(0, 3, 12)};
    EXPECT_EQ(again.run(blocks).loss, metrics.loss);
}

TEST(Pairing, AStepWithoutLocalCropsIsRefusedAndLeavesTheRunWhole) {
    TrainingStep step(tinyOptions());
    const torch::Tensor globals = torch::ones({6, 1, 16, 16}, torch::kFloat64);
    EXPECT_NE(refusal([&] { step.run({globals}); }).find("augment.local_crops"), std::string::npos);
    EXPECT_EQ(step.step(), 0);
    LossOptions official = step.options().loss;
    official.pairing = "official";
    step.change(official, step.options().optim);
    EXPECT_GT(step.run({globals}).loss, 0);
}

TEST(Pairing, TheLaboratoryComputesTheLossOfTheStep) {
    SmallRun small(kLocals);
    small.train(4);
    double loss = 0;
    for (std::int64_t r = 0; r < 8; ++r) {
        const auto answer = ask<SoftmaxAnswer>(small, SoftmaxRequest{{PictureRef::Kind::lastBatch, r, {}}});
        EXPECT_EQ(answer.studentViews, 3);
        EXPECT_EQ(answer.teacherViews, 2);
        EXPECT_EQ(answer.sharedViews, 0);
        ASSERT_EQ(answer.views.size(), 5U);
        EXPECT_EQ(answer.views[2].width, 8) << "the last ones are the student's";
        loss += pairLosses(answer.student, answer.teacher, answer.center, answer.prototypes, answer.studentTemperature,
                           answer.teacherTemperature, answer.sharedViews)
                    .loss /
                8;
        EXPECT_EQ(std::accumulate(answer.teacherWins.begin(), answer.teacherWins.end(), 0), 16);
        EXPECT_EQ(std::accumulate(answer.studentWins.begin(), answer.studentWins.end(), 0), 24);
    }
    EXPECT_NEAR(loss, small.recorder.of(Metric::loss).back(), 1e-4);
    const auto outside = ask<SoftmaxAnswer>(small, SoftmaxRequest{{PictureRef::Kind::sample, 5, {}}});
    EXPECT_EQ(outside.studentViews, 3);
    EXPECT_EQ(outside.student.size(), 3U * 32);
    for (const PictureRef::Kind kind : {PictureRef::Kind::lastBatch, PictureRef::Kind::sample})
        for (const ViewInfo& view : ask<CropsAnswer>(small, CropsRequest{{kind, 2, {}}, 0}).views) {
            EXPECT_EQ(view.seenByTeacher, view.isGlobal);
            EXPECT_NE(view.seenByStudent, view.isGlobal);
        }
}

TEST(Pairing, EveryMetricIsMeasuredWithOneLocalCropToo) {
    for (const char* locals : {"1", "3"}) {
        SmallRun small(SmallRun::Texts{{"loss.pairing", "locals_to_globals"}, {"augment.local_crops", locals}});
        small.train(3);
        small.run->evaluate();
        while (small.run->hasWork())
            small.run->workSlice(small.recorder);
        for (std::uint32_t metric = 0; metric < metricList().size(); ++metric)
            EXPECT_FALSE(small.recorder.of(static_cast<Metric>(metric)).empty()) << metricList()[metric].id;
        for (const MetricPoint& point : small.recorder.points)
            EXPECT_TRUE(std::isfinite(point.value)) << metricList()[point.metric].id;
        const auto loss = small.recorder.of(Metric::loss), entropy = small.recorder.of(Metric::teacherEntropy),
                   kl = small.recorder.of(Metric::kl);
        for (std::size_t i = 0; i < loss.size(); ++i)
            EXPECT_NEAR(loss[i], entropy[i] + kl[i], 1e-5);
    }
}

TEST(Pairing, ALiveChangeCountsFromTheNextStepOn) {
    SmallRun official, changed, locals(kLocals);
    official.train(4);
    locals.train(1);
    changed.train(3);
    EXPECT_EQ(change(changed, "loss.pairing", std::string("locals_to_globals")),
              "loss.pairing: official -> locals_to_globals");
    const PictureRef row{PictureRef::Kind::lastBatch, 0, {}}, sample{PictureRef::Kind::sample, 0, {}};
    EXPECT_EQ(ask<SoftmaxAnswer>(changed, SoftmaxRequest{row}).studentViews, 5) << "the newest step was another";
    EXPECT_TRUE(ask<CropsAnswer>(changed, CropsRequest{row, 0}).views[0].seenByStudent);
    EXPECT_EQ(ask<SoftmaxAnswer>(changed, SoftmaxRequest{sample}).studentViews, 3);
    EXPECT_FALSE(ask<CropsAnswer>(changed, CropsRequest{sample, 0}).views[0].seenByStudent);
    changed.train(1);
    const auto before = official.recorder.of(Metric::loss), after = changed.recorder.of(Metric::loss);
    EXPECT_TRUE(std::equal(before.begin(), before.begin() + 3, after.begin()));
    EXPECT_NE(before[3], after[3]);
    EXPECT_NE(before[0], locals.recorder.of(Metric::loss)[0]);
    EXPECT_EQ(ask<SoftmaxAnswer>(changed, SoftmaxRequest{row}).studentViews, 3);
    change(changed, "loss.pairing", std::string("official"));
    changed.train(1);
    EXPECT_EQ(ask<SoftmaxAnswer>(changed, SoftmaxRequest{row}).studentViews, 5);
}

TEST(Pairing, WithoutLocalCropsThereIsNothingToCompare) {
    const auto names = [](const std::string& sentence) {
        return sentence.find("loss.pairing") != std::string::npos &&
               sentence.find("augment.local_crops") != std::string::npos &&
               sentence.find("official") != std::string::npos;
    };
    SmallRun::Texts none = kLocals;
    none["augment.local_crops"] = "0";
    EXPECT_TRUE(names(refusal([&] { SmallRun{none}; })));
    SmallRun small(SmallRun::Texts{{"augment.local_crops", "0"}});
    small.train(1);
    EXPECT_TRUE(names(refusal([&] { change(small, "loss.pairing", std::string("locals_to_globals")); })));
    EXPECT_EQ(std::get<std::string>(small.run->params()->at("loss.pairing")), "official");
    small.train(1);
}

} // namespace
} // namespace dinoscope
