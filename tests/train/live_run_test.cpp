// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/support/check.h"
#include "engine/train/catalog.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/run_probes.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

using testing::SmallRun;

/// The sentence with which a run cannot be opened, or "".
std::string failure(const SmallRun::Texts& changes) {
    try {
        const SmallRun small(changes);
    } catch (const EngineError& error) {
        return error.what();
    }
    return {};
}

std::string change(SmallRun& small, const std::string& id, const ParamValue& value) {
    return small.run->setParam(small.catalog, *small.catalog.params.find(id), value);
}

TEST(LiveRun, RecordsEveryMetricOfAStep) {
    SmallRun small;
    small.train(3);
    small.run->evaluate(); // the linear probes have seen something now
    while (small.run->hasWork())
        small.run->workSlice(small.recorder);
    for (std::uint32_t metric = 0; metric < metricList().size(); ++metric)
        EXPECT_FALSE(small.recorder.of(static_cast<Metric>(metric)).empty()) << metricList()[metric].id;
    EXPECT_EQ(small.recorder.of(Metric::loss).size(), 3U);
    for (const MetricPoint& point : small.recorder.points)
        EXPECT_TRUE(std::isfinite(point.value)) << metricList()[point.metric].id;
    const RunnerStatus status = small.run->status();
    EXPECT_EQ(status.step.value, 3);
    EXPECT_GT(status.imagesPerSecond, 0);
    EXPECT_GT(status.times.totalMs, 0);
    EXPECT_FALSE(status.cache) << "IDX files are read once";
}

TEST(LiveRun, LossIsEntropyPlusDivergence) {
    SmallRun small;
    small.train(5);
    const auto loss = small.recorder.of(Metric::loss), entropy = small.recorder.of(Metric::teacherEntropy);
    const auto kl = small.recorder.of(Metric::kl);
    for (std::size_t i = 0; i < loss.size(); ++i)
        EXPECT_NEAR(loss[i], entropy[i] + kl[i], 1e-5);
}

TEST(LiveRun, SameSeedSameBytesWithOneAndTwoLoaderThreads) {
    for (const char* threads : {"1", "2"}) {
        const auto run = [threads](const char* loaders) {
            SmallRun small(SmallRun::Texts{{"data.loader_threads", loaders}, {"run.threads", threads}});
            small.train(50);
            return small.recorder.timeless();
        };
        const auto one = run("1");
        EXPECT_EQ(one, run("1")) << threads;
        EXPECT_EQ(one, run("2")) << threads;
    }
}

TEST(LiveRun, AnotherSeedIsAnotherRun) {
    SmallRun a, b(SmallRun::Texts{{"run.seed", "1"}});
    a.train(2);
    b.train(2);
    EXPECT_NE(a.recorder.of(Metric::loss), b.recorder.of(Metric::loss));
}

void watch(LiveRun& run) {
    PictureRef batch{PictureRef::Kind::lastBatch, 3, {}}, sample{PictureRef::Kind::sample, 5, {}};
    for (const PictureRef& picture : {batch, sample}) {
        answerProbe(run, nullptr, {1, CropsRequest{picture, 2}, {}});
        answerProbe(run, nullptr, {2, SoftmaxRequest{picture}, {}});
        answerProbe(run, nullptr, {3, AttentionRequest{picture, -1, 0, 4}, {}});
        answerProbe(run, nullptr, {4, AttentionRequest{picture, 0, 0, -1}, {}});
        answerProbe(run, nullptr, {5, AttentionRequest{picture, 0, 0, 2, PatchView::similarity}, {}});
        answerProbe(run, nullptr, {6, NeighboursRequest{picture, 3}, {}});
    }
}

/// Training with and without questions in between.
void expectSameWhenWatched(const SmallRun::Texts& settings) {
    SmallRun alone(settings), watched(settings);
    alone.train(20);
    for (int step = 0; step < 20; ++step) {
        watch(*watched.run);
        watched.run->status();
        watched.train(1);
        if (step % 7 == 3)
            watched.run->evaluate();
    }
    EXPECT_EQ(alone.recorder.of(Metric::loss), watched.recorder.of(Metric::loss));
    const NamedTensors a = alone.run->training().state(), b = watched.run->training().state();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].first, b[i].first);
        EXPECT_TRUE(torch::equal(a[i].second, b[i].second)) << a[i].first;
    }
}

TEST(LiveRun, WatchingChangesNothing) {
    expectSameWhenWatched({{"backbone.drop_path_rate", "0.2"}});
    expectSameWhenWatched({{"run.threads", "2"}});
    expectSameWhenWatched({{"run.precision", "bfloat16"}});
}

TEST(LiveRun, ALinearProbeLearnsBesideEachNetworkAndChangesNothing) {
    SmallRun with(SmallRun::Texts{{"eval.every_steps", "10"}, {"eval.linear_rate", "2"}}),
        without(SmallRun::Texts{{"eval.every_steps", "10"}, {"eval.linear", "false"}});
    for (SmallRun* small : {&with, &without}) {
        small->train(60);
        while (small->run->hasWork())
            small->run->workSlice(small->recorder);
    }
    EXPECT_EQ(with.recorder.of(Metric::loss), without.recorder.of(Metric::loss));
    EXPECT_EQ(with.recorder.of(Metric::knnTeacher), without.recorder.of(Metric::knnTeacher));
    EXPECT_TRUE(without.recorder.of(Metric::linearTeacher).empty());
    // Not before the first step, when it has seen nothing.
    const std::vector<double> student = with.recorder.of(Metric::linearStudent),
                              teacher = with.recorder.of(Metric::linearTeacher);
    EXPECT_EQ(with.recorder.of(Metric::knnTeacher).size(), 7U);
    ASSERT_EQ(student.size(), 6U);
    ASSERT_EQ(teacher.size(), 6U);
    EXPECT_GT(*std::max_element(student.begin(), student.end()), 45) << "four classes of stripes, chance is 25";
    EXPECT_GT(*std::max_element(teacher.begin(), teacher.end()), 45);
}

TEST(LiveRun, WithoutLabelsARequestComputesTheFeaturesOfReferences) {
    SmallRun small;
    std::filesystem::remove(small.data / "train-labels-idx1-ubyte");
    std::filesystem::remove(small.data / "t10k-labels-idx1-ubyte");
    testing::Recorder recorder;
    LiveRun run(SmallRun::command(small.data.path(), {}), small.catalog, {}, recorder,
                [](const WorkProgress&) { return true; });
    EXPECT_FALSE(run.isLabelled());
    EXPECT_FALSE(run.hasWork());
    run.step(recorder);
    EXPECT_FALSE(run.hasWork()) << "nobody asked";
    run.evaluate();
    EXPECT_EQ(run.status().work.what, "");
    while (run.hasWork())
        run.workSlice(recorder);
    ASSERT_TRUE(run.bank());
    EXPECT_EQ(run.bank()->samples.size(), 40U);
    EXPECT_EQ(run.bank()->step, Step{1});
    EXPECT_TRUE(run.bank()->labels.eq(-1).all().item<bool>());
    EXPECT_TRUE(recorder.of(Metric::knnTeacher).empty());
    run.step(recorder);
    EXPECT_FALSE(run.hasWork()) << "the schedule measures accuracies only";
    run.evaluate();
    run.cancelWork();
    EXPECT_FALSE(run.hasWork());
}

TEST(TrainingClock, TimeOfWatchingCountsAndTimeOfPausesDoesNot) {
    TrainingClock clock;
    EXPECT_EQ(clock.takeTimeBetween(5), 0) << "the first step";
    clock.stepEnded(10);
    EXPECT_DOUBLE_EQ(clock.takeTimeBetween(10.015), 10.015 - 10) << "the engine loop";
    clock.stepEnded(20);
    clock.watched(0.25);
    EXPECT_DOUBLE_EQ(clock.takeTimeBetween(20.255), 20.255 - 20) << "a probe";
    clock.stepEnded(30);
    EXPECT_EQ(clock.takeTimeBetween(30.255), 0) << "a pause; the former probe explains nothing any more";
    clock.stepEnded(40);
    clock.watched(0.25);
    EXPECT_EQ(clock.takeTimeBetween(45), 0) << "a pause with a probe in it";
    clock.stepEnded(50);
    clock.interrupt();
    EXPECT_EQ(clock.takeTimeBetween(50.001), 0) << "an evaluation";
}

TEST(WaitingNotice, ComesAfterTenSecondsAndThenEverMoreSeldom) {
    WaitingNotice notice;
    std::vector<int> said;
    for (const int step : {100, 9, 45})
        for (int waited = 1; waited <= step; ++waited)
            if (notice.isDue(waited))
                said.push_back(waited);
    EXPECT_EQ(said, (std::vector<int>{10, 20, 40, 80, 10, 20, 40}));
}

TEST(LiveRun, ALiveRateReplacesTheBaseOfTheScheduleFromTheNextStepOn) {
    SmallRun plain, changed;
    plain.train(6);
    changed.train(3);
    EXPECT_EQ(change(changed, "optim.lr", 0.1), "optim.lr: 0.05 -> 0.1");
    changed.train(3);
    const auto before = plain.recorder.of(Metric::learningRate), after = changed.recorder.of(Metric::learningRate);
    const double least = std::get<double>(plain.run->params()->at("optim.min_lr"));
    for (std::size_t step = 0; step < 6; ++step) {
        const double cosine = 0.5 * (1 + std::cos(M_PI * static_cast<double>(step) / 80));
        const double peak = (step < 3 ? 0.05 : 0.1) * 8 / 256;
        EXPECT_NEAR(after[step], least + (peak - least) * cosine, 1e-9) << step;
        if (step < 3) {
            EXPECT_EQ(after[step], before[step]) << step;
        }
    }
}

TEST(LiveRun, OtherCropsCountFromTheNextStepOnWhoeverWatched) {
    const auto run = [](bool watched) {
        SmallRun small;
        if (watched)
            watch(*small.run);
        small.train(4);
        change(small, "augment.local_scale_max", 0.2);
        small.train(1);
        const CropsAnswer crops = std::get<CropsAnswer>(
            answerProbe(*small.run, nullptr, {1, CropsRequest{{PictureRef::Kind::lastBatch, 0, {}}, 0}, {}}).answer);
        for (const ViewInfo& view : crops.views)
            EXPECT_LE(view.areaShare, view.isGlobal ? 1.0 : 0.2 + 1e-9);
        small.train(5);
        return small.recorder.of(Metric::loss);
    };
    EXPECT_EQ(run(false), run(true));
}

TEST(LiveRun, ARefusedChangeChangesNothing) {
    SmallRun small;
    EXPECT_THROW(change(small, "augment.local_scale_min", 0.9), EngineError); // above the largest
    EXPECT_EQ(std::get<double>(small.run->params()->at("augment.local_scale_min")), 0.05);
    small.train(1);
}

TEST(LiveRun, ANonFiniteLossLeavesTheBatchToBeTriedAgain) {
    SmallRun plain, hurt;
    plain.train(4);
    hurt.train(2);
    torch::Tensor weight = hurt.run->training().student().parameters().front();
    const torch::Tensor saved = weight.detach().clone();
    {
        const torch::NoGradGuard noGrad;
        weight.fill_(std::numeric_limits<float>::quiet_NaN());
    }
    try {
        hurt.train(1);
        ADD_FAILURE() << "a step with weights that are not numbers went through";
    } catch (const EngineError& error) {
        EXPECT_EQ(error.error().code, ErrorCode::nonFinite);
    }
    EXPECT_EQ(hurt.run->stepNumber().value, 2);
    {
        const torch::NoGradGuard noGrad;
        weight.copy_(saved);
    }
    hurt.train(2);
    EXPECT_EQ(plain.recorder.of(Metric::loss), hurt.recorder.of(Metric::loss));
}

TEST(LiveRun, EvaluatesTheUntrainedNetworksAndOnRequest) {
    SmallRun small;
    EXPECT_TRUE(small.run->hasWork());
    small.train(2);
    small.run->evaluate();
    while (small.run->hasWork())
        small.run->workSlice(small.recorder);
    EXPECT_EQ(small.recorder.of(Metric::knnTeacher).size(), 2U);
    small.run->evaluate(); // this state is measured already
    EXPECT_FALSE(small.run->hasWork());
    SmallRun often(SmallRun::Texts{{"eval.every_steps", "2"}});
    often.train(5);
    EXPECT_EQ(often.recorder.of(Metric::knnStudent).size(), 3U); // after 0, 2 and 4 steps
}

/// The changes of the collapse presets, on the small run.
TEST(LiveRun, WithoutSharpeningAllPrototypesBecomeEqual) {
    SmallRun small(SmallRun::Texts{{"loss.teacher_temperature", "1"}, {"loss.warmup_teacher_temperature", "1"}});
    small.train(60);
    EXPECT_GT(small.recorder.of(Metric::teacherEntropy).back(), 0.97 * std::log(32.0));
}

TEST(LiveRun, WithoutCentringOnePrototypeWins) {
    SmallRun small(SmallRun::Texts{{"loss.center_momentum", "1"},
                                   {"head.use_bn", "false"},
                                   {"head.norm_last_layer", "false"},
                                   {"optim.epochs", "60"}});
    small.train(400);
    EXPECT_LT(small.recorder.of(Metric::teacherEntropy).back(), 0.03 * std::log(32.0));
    EXPECT_LE(small.recorder.of(Metric::winnersTeacher).back(), 2);
}

TEST(LiveRun, KnowsItsReferenceLines) {
    const SmallRun small;
    const std::vector<ReferenceLine>& lines = small.run->info()->referenceLines;
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].label, "Pixels");
    EXPECT_GT(lines[0].value, 50);
    EXPECT_NEAR(lines[1].value, std::log(32.0), 1e-12);
}

TEST(LiveRun, SaysWhatIsWrongAndWhatToDo) {
    EXPECT_NE(failure({{"run.batch_size", "65"}}).find("run.batch_size"), std::string::npos);
    EXPECT_NE(failure({{"backbone.patch_size", "8"}, {"augment.local_size", "4"}}).find("augment.local_size is 4"),
              std::string::npos);
    EXPECT_NE(failure({{"backbone.channels", "2"}}).find("set it to 0"), std::string::npos);
    EXPECT_NE(failure({{"augment.mean", "grey"}}).find("grey"), std::string::npos);
    EXPECT_NE(failure({{"augment.global_scale_min", "0.9"}, {"augment.global_scale_max", "0.5"}}).find("0.9"),
              std::string::npos);
    EXPECT_NE(failure({{"data.path", "/nowhere"}}).find("/nowhere"), std::string::npos);
    OpenCommand endless = SmallRun::command("/nowhere", {});
    endless.maxMinutes = std::numeric_limits<double>::infinity();
    testing::Recorder recorder;
    EXPECT_THROW(LiveRun(endless, makeCatalog(), {}, recorder, [](const WorkProgress&) { return true; }), EngineError);
}

} // namespace
} // namespace dinoscope
