// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/offline_knn.h"

#include "engine/support/check.h"
#include "tests/eval/shaded_pictures.h"

#include <gtest/gtest.h>

namespace dinoscope {
namespace {

using testing::shadedPictures;

/// Means of the four quarters, with noise enough to make neighbours err.
torch::Tensor quarters(const torch::Tensor& pixels) {
    return torch::adaptive_avg_pool2d((pixels * 37).frac() * 0.6 + pixels, {2, 2}).flatten(1);
}

OfflineKnnSetup setupOf(std::int64_t batchSize, int threads) {
    OfflineKnnSetup setup;
    setup.train = shadedPictures(60, 8, 1, true);
    setup.val = shadedPictures(33, 8, 2);
    setup.transform = evaluationTransform(setup.train->uniformSize(), 8, {{0.5f, 0, 0}, {0.3f, 1, 1}});
    setup.features = quarters;
    setup.neighbours = {1, 5, 20, 500};
    setup.temperatures = {0.07, 0.5};
    setup.batchSize = batchSize;
    setup.threads = threads;
    return setup;
}

TEST(OfflineKnn, IsTheWeightedVoteOfTheFeaturesOfBothSets) {
    const OfflineKnnSetup setup = setupOf(7, 1);
    OfflineKnn evaluation(setup);
    EXPECT_STREQ(evaluation.stage(), "Features of the training pictures");
    std::int64_t before = -1;
    while (evaluation.slice()) {
        EXPECT_GE(evaluation.done(), before);
        before = evaluation.done();
    }
    EXPECT_EQ(evaluation.done(), evaluation.total());
    EXPECT_FALSE(evaluation.slice());
    EXPECT_EQ(evaluation.counts().references, 52);
    EXPECT_EQ(evaluation.counts().queries, 33);
    EXPECT_EQ(evaluation.counts().classes, 8);
    EXPECT_EQ(evaluation.counts().featureWidth, 4);
    const auto featuresOf = [&](const ImageSourcePtr& source) {
        FeatureExtraction extraction({source, setup.transform, setup.features, 1, {}, 5, 1});
        while (extraction.slice()) {
        }
        FeatureSet set = extraction.take();
        set.features = set.features / set.features.norm(2, {1}, true);
        return set;
    };
    const FeatureSet train = featuresOf(setup.train), val = featuresOf(setup.val);
    ASSERT_EQ(evaluation.results().size(), 8u);
    std::size_t place = 0;
    for (const std::int64_t k : setup.neighbours)
        for (const double temperature : setup.temperatures) {
            WeightedKnn knn(train.features, train.labels, 8, k, temperature);
            knn.add(val.features, val.labels);
            const OfflineKnn::Result& result = evaluation.results()[place++];
            EXPECT_EQ(result.asked, k);
            EXPECT_EQ(result.vote.neighbours, std::min<std::int64_t>(k, 52));
            EXPECT_EQ(result.vote.temperature, temperature);
            EXPECT_EQ(result.top1, knn.accuracy().top1) << k << " " << temperature;
            EXPECT_EQ(result.top5, knn.accuracy().top5) << k << " " << temperature;
        }
    EXPECT_GT(evaluation.results()[0].top1, 30);
    EXPECT_LT(evaluation.results()[0].top1, 100);
}

TEST(OfflineKnn, DoesNotDependOnSlicesAndThreads) {
    std::vector<double> expected;
    for (const std::int64_t batchSize : {1, 9, 100})
        for (const int threads : {1, 4}) {
            OfflineKnn evaluation(setupOf(batchSize, threads));
            while (evaluation.slice()) {
            }
            std::vector<double> values;
            for (const OfflineKnn::Result& result : evaluation.results())
                values.insert(values.end(), {result.top1, result.top5});
            if (expected.empty())
                expected = values;
            EXPECT_EQ(values, expected);
        }
}

TEST(OfflineKnn, AClassThatNoReferenceHasIsAMiss) {
    OfflineKnnSetup setup = setupOf(10, 1);
    setup.train = shadedPictures(20, 2, 1);
    setup.val = shadedPictures(30, 3, 2); // c2 is new
    OfflineKnn evaluation(setup);
    while (evaluation.slice()) {
    }
    EXPECT_EQ(evaluation.counts().onlyVal, std::vector<std::string>{"c2"});
    EXPECT_EQ(evaluation.counts().classes, 3);
    for (const OfflineKnn::Result& result : evaluation.results())
        EXPECT_LE(result.top5, 67);
}

TEST(OfflineKnn, RefusesWhatCannotBeBeforeItReads) {
    const auto refused = [](auto change) {
        OfflineKnnSetup setup = setupOf(10, 1);
        change(setup);
        EXPECT_THROW(OfflineKnn{setup}, EngineError);
    };
    refused([](OfflineKnnSetup& s) { s.neighbours = {}; });
    refused([](OfflineKnnSetup& s) { s.neighbours = {10, 0}; });
    refused([](OfflineKnnSetup& s) { s.temperatures = {}; });
    refused([](OfflineKnnSetup& s) { s.temperatures = {0.001}; });
    refused([](OfflineKnnSetup& s) { s.transform.resizeSide = 4; });
    refused([](OfflineKnnSetup& s) {
        s.val = std::make_shared<MemorySource>("bare", std::vector<Image>{{1, 1, 1, {0}}});
    });
}

} // namespace
} // namespace dinoscope
