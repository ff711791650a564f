// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/linear_evaluation.h"

#include "engine/augment/view_plan.h"
#include "engine/augment/view_renderer.h"
#include "engine/support/check.h"
#include "tests/eval/shaded_pictures.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dinoscope {
namespace {

using testing::shadedPictures;

torch::Tensor quarters(const torch::Tensor& pixels) { return torch::adaptive_avg_pool2d(pixels, {2, 2}).flatten(1); }

LinearSetup setupOf(std::int64_t epochs, std::vector<double> rates = {2.0}) {
    LinearSetup setup;
    setup.train = shadedPictures(50, 3, 1, true);
    setup.val = shadedPictures(21, 3, 2);
    setup.transform = evaluationTransform(setup.train->uniformSize(), 8, {{0.5f, 0, 0}, {0.3f, 1, 1}});
    setup.features = quarters;
    setup.probe.epochs = epochs;
    setup.probe.batchSize = 8;
    setup.probe.rates = std::move(rates);
    setup.threads = 1;
    return setup;
}

struct Outcome {
    std::vector<LinearEvaluation::EpochResult> epochs;
    LinearEvaluation::Best best;
    LinearEvaluation::Counts counts;
};

Outcome outcomeOf(LinearSetup setup) {
    LinearEvaluation evaluation(std::move(setup));
    std::int64_t before = -1;
    while (evaluation.slice()) {
        EXPECT_GE(evaluation.done(), before);
        before = evaluation.done();
        EXPECT_LT(before, evaluation.total());
    }
    EXPECT_EQ(evaluation.done(), evaluation.total());
    EXPECT_FALSE(evaluation.slice());
    EXPECT_STREQ(evaluation.stage(), "Done");
    return {evaluation.epochs(), evaluation.best(), evaluation.counts()};
}

void expectSame(const Outcome& a, const Outcome& b) {
    ASSERT_EQ(a.epochs.size(), b.epochs.size());
    for (std::size_t e = 0; e < a.epochs.size(); ++e)
        for (std::size_t i = 0; i < a.epochs[e].rates.size(); ++i) {
            const auto &x = a.epochs[e].rates[i], &y = b.epochs[e].rates[i];
            EXPECT_EQ(x.trainLoss, y.trainLoss) << e;
            EXPECT_EQ(x.valLoss, y.valLoss) << e;
            EXPECT_EQ(x.top1, y.top1) << e;
            EXPECT_EQ(x.top5, y.top5) << e;
        }
}

TEST(LinearEvaluation, TheRateFollowsACosineByEpochs) {
    LinearProbeOptions options; // 100 epochs, batches of 128
    EXPECT_DOUBLE_EQ(linearRateFactor(options, 0), 0.5);
    EXPECT_NEAR(linearRateFactor(options, 25), 0.426776695, 1e-9);
    EXPECT_NEAR(linearRateFactor(options, 50), 0.25, 1e-12);
    EXPECT_NEAR(linearRateFactor(options, 99), 1.233599085e-4, 1e-12);
    options.batchSize = 1024;
    EXPECT_DOUBLE_EQ(linearRateFactor(options, 0), 4);
    EXPECT_EQ(options.rates, std::vector<double>{0.001});
}

TEST(LinearEvaluation, LearnsSeparablePicturesEntirely) {
    const Outcome outcome = outcomeOf(setupOf(40));
    ASSERT_EQ(outcome.epochs.size(), 40u);
    EXPECT_EQ(outcome.best.last.top1, 100);
    EXPECT_EQ(outcome.best.last.top5, 100);
    EXPECT_EQ(outcome.best.highestTop1, 100);
    EXPECT_LT(outcome.best.last.trainLoss, outcome.epochs.front().rates[0].trainLoss / 2);
    EXPECT_EQ(outcome.counts.train, 43);
    EXPECT_EQ(outcome.counts.val, 21);
    EXPECT_EQ(outcome.counts.classes, 3);
    EXPECT_EQ(outcome.counts.featureWidth, 4);
    for (std::int64_t e = 0; e < 40; ++e) {
        EXPECT_EQ(outcome.epochs[static_cast<std::size_t>(e)].epoch, e);
        EXPECT_DOUBLE_EQ(outcome.epochs[static_cast<std::size_t>(e)].factor, linearRateFactor(setupOf(40).probe, e));
    }
}

TEST(LinearEvaluation, OneSeedOneResultWhateverTheSlices) {
    const Outcome expected = outcomeOf(setupOf(5));
    for (const std::int64_t batchSize : {1, 6, 100})
        for (const int threads : {1, 3}) {
            LinearSetup setup = setupOf(5);
            setup.batchSize = batchSize;
            setup.threads = threads;
            expectSame(outcomeOf(std::move(setup)), expected);
        }
    LinearSetup other = setupOf(5);
    other.probe.seed = 1;
    EXPECT_NE(outcomeOf(std::move(other)).epochs[0].rates[0].trainLoss, expected.epochs[0].rates[0].trainLoss);
}

TEST(LinearEvaluation, ARateGivesTheSameAloneAndAmongOthers) {
    const std::vector<double> rates{0.01, 2.0, 0.3};
    const Outcome together = outcomeOf(setupOf(6, rates));
    for (std::size_t i = 0; i < rates.size(); ++i) {
        const Outcome alone = outcomeOf(setupOf(6, {rates[i]}));
        for (std::size_t e = 0; e < 6; ++e) {
            EXPECT_NEAR(together.epochs[e].rates[i].trainLoss, alone.epochs[e].rates[0].trainLoss, 1e-4);
            EXPECT_NEAR(together.epochs[e].rates[i].valLoss, alone.epochs[e].rates[0].valLoss, 1e-4);
            EXPECT_EQ(together.epochs[e].rates[i].top1, alone.epochs[e].rates[0].top1);
        }
    }
    EXPECT_EQ(together.best.place, 1u);
    EXPECT_EQ(together.best.last.rate, 2.0);
}

TEST(LinearEvaluation, AClassifierThatDivergesIsPassedOver) {
    const Outcome outcome = outcomeOf(setupOf(10, {1e300, 2.0}));
    EXPECT_FALSE(std::isfinite(outcome.epochs.back().rates[0].trainLoss));
    EXPECT_EQ(outcome.best.place, 1u);
    EXPECT_EQ(outcome.best.last.top1, outcomeOf(setupOf(10, {2.0})).best.last.top1);
}

/// The epochs of a loop that one writes down by hand, with the whole recipe in one place.
std::vector<double> trainLosses(const LinearSetup& setup) {
    const EpochOrder::Order pictures = labelledPictures(*setup.train);
    const auto count = static_cast<std::int64_t>(pictures->size());
    const LinearProbeOptions& o = setup.probe;
    LinearProbe probe(4, 3, o.rates, o.momentum, o.seed);
    ViewRenderer renderer(setup.transform.normalization);
    Image buffer;
    std::vector<double> losses;
    for (std::int64_t epoch = 0; epoch < o.epochs; ++epoch) {
        const EpochOrder::Order order = EpochOrder(o.seed, count).of(Epoch{epoch});
        double sum = 0;
        std::int64_t batches = 0;
        for (std::int64_t begin = 0; begin < count; begin += o.batchSize, ++batches) {
            std::vector<torch::Tensor> views;
            std::vector<std::int64_t> labels;
            for (std::int64_t place = begin; place < std::min(count, begin + o.batchSize); ++place) {
                const SampleIndex index{(*pictures)[(*order)[static_cast<std::size_t>(place)]]};
                torch::Tensor view = torch::empty({1, 1, 8, 8});
                const PictureView picture = setup.train->read(index, buffer);
                if (setup.augment)
                    renderLinearTraining(renderer, picture, setup.transform, {o.seed, Epoch{epoch}, index},
                                         view.data_ptr<float>());
                else
                    renderEvaluation(renderer, picture, setup.transform, view.data_ptr<float>());
                views.push_back(view);
                labels.push_back(*setup.train->label(index));
            }
            const double share = static_cast<double>(epoch) / static_cast<double>(o.epochs);
            const double factor = static_cast<double>(o.batchSize) / 256 * 0.5 * (1 + std::cos(M_PI * share));
            sum += probe.step(quarters(torch::cat(views)), torch::tensor(labels, torch::kInt64), factor)[0];
        }
        losses.push_back(sum / static_cast<double>(batches));
    }
    return losses;
}

TEST(LinearEvaluation, FollowsTheRecipeWithFixedAndWithNewViews) {
    for (const bool augment : {false, true})
        for (const std::int64_t batchSize : {1, 5, 64}) {
            LinearSetup setup = setupOf(4);
            setup.train = shadedPictures(50, 3, 1, true, /*flat=*/true);
            setup.augment = augment;
            setup.batchSize = batchSize;
            setup.threads = 2;
            const std::vector<double> expected = trainLosses(setup);
            const Outcome outcome = outcomeOf(setup);
            ASSERT_EQ(outcome.epochs.size(), expected.size());
            for (std::size_t e = 0; e < expected.size(); ++e)
                EXPECT_NEAR(outcome.epochs[e].rates[0].trainLoss, expected[e], 1e-6) << augment << " " << batchSize;
        }
}

TEST(LinearEvaluation, NewViewsGoThroughTheNetworkInEveryEpoch) {
    LinearSetup setup = setupOf(30);
    setup.train = shadedPictures(50, 3, 1, true, /*flat=*/true);
    setup.val = shadedPictures(21, 3, 2, false, /*flat=*/true);
    setup.augment = true;
    std::int64_t seen = 0;
    setup.features = [&seen](const torch::Tensor& pixels) {
        seen += pixels.size(0);
        return quarters(pixels);
    };
    const Outcome outcome = outcomeOf(setup);
    EXPECT_EQ(seen, 21 + 30 * 43);
    EXPECT_EQ(outcome.counts.train, 43);
    EXPECT_GT(outcome.best.last.top1, 95);
    expectSame(outcomeOf(setup), outcome);
}

TEST(LinearEvaluation, LeavesOutPicturesThatCannotBeShown) {
    std::vector<Image> pictures;
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 12; ++i) {
        const int side = i == 5 ? 4 : 8; // too small for the square
        pictures.push_back(
            {side, side, 1,
             std::vector<std::uint8_t>(static_cast<std::size_t>(side * side), static_cast<std::uint8_t>(i % 2 * 200))});
        labels.push_back(i % 2);
    }
    LinearSetup setup = setupOf(3);
    setup.train = setup.val =
        std::make_shared<MemorySource>("some", pictures, labels, std::vector<std::string>{"c0", "c1"});
    setup.transform = {0, 8, setup.transform.normalization};
    const Outcome outcome = outcomeOf(setup);
    EXPECT_EQ(outcome.counts.train, 11);
    EXPECT_EQ(outcome.counts.val, 11);
    EXPECT_EQ(outcome.counts.unreadable, 2);
    EXPECT_EQ(outcome.counts.problems.size(), 2u);
}

TEST(LinearEvaluation, RefusesWhatCannotBeBeforeItReads) {
    const auto refused = [](auto change) {
        LinearSetup setup = setupOf(3);
        change(setup);
        EXPECT_THROW(LinearEvaluation{setup}, EngineError);
    };
    refused([](LinearSetup& s) { s.probe.epochs = 0; });
    refused([](LinearSetup& s) { s.probe.batchSize = 0; });
    refused([](LinearSetup& s) { s.probe.rates = {-1}; });
    refused([](LinearSetup& s) { s.transform.resizeSide = 4; });
    refused([](LinearSetup& s) {
        s.train = std::make_shared<MemorySource>("bare", std::vector<Image>{{1, 1, 1, {0}}});
    });
}

} // namespace
} // namespace dinoscope
