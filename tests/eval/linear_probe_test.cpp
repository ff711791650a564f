// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/linear_probe.h"

#include "engine/eval/online_linear_probe.h"
#include "engine/support/check.h"

#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace dinoscope {
namespace {

struct Points {
    torch::Tensor features, labels;
};

/// Clouds around a corner a class.
Points cloudsOf(std::int64_t count, std::int64_t classes, std::uint64_t seed, double spread = 0.1) {
    torch::Generator generator = at::detail::createCPUGenerator(seed);
    Points points;
    points.labels = torch::arange(count).remainder(classes);
    points.features =
        torch::eye(classes).index_select(0, points.labels) + spread * torch::randn({count, classes}, generator);
    return points;
}

TEST(LinearProbe, TakesTheStepsThatOneWorksOutByHand) {
    // One feature, two classes, momentum 0.9: the numbers of the formula in double precision.
    LinearProbe probe(1, 2, {0.5}, 0.9, 3);
    double w[2] = {probe.weight()[0][0][0].item<float>(), probe.weight()[0][1][0].item<float>()}, b[2] = {0, 0};
    double bufferW[2] = {0, 0}, bufferB[2] = {0, 0};
    const double xs[] = {2, -1, 3}, factors[] = {1, 0.5, 0.25};
    const std::int64_t labels[] = {0, 1, 1};
    for (int step = 0; step < 3; ++step) {
        const double x = xs[step];
        const double e[2] = {std::exp(w[0] * x + b[0]), std::exp(w[1] * x + b[1])};
        const double loss = -std::log(e[labels[step]] / (e[0] + e[1]));
        for (int c = 0; c < 2; ++c) {
            const double gradient = e[c] / (e[0] + e[1]) - (labels[step] == c);
            bufferW[c] = 0.9 * bufferW[c] + gradient * x;
            bufferB[c] = 0.9 * bufferB[c] + gradient;
        }
        for (int c = 0; c < 2; ++c) {
            w[c] -= 0.5 * factors[step] * bufferW[c];
            b[c] -= 0.5 * factors[step] * bufferB[c];
        }
        const auto said =
            probe.step(torch::tensor({{static_cast<float>(x)}}), torch::tensor({labels[step]}), factors[step]);
        EXPECT_NEAR(said.at(0), loss, 1e-6);
        for (int c = 0; c < 2; ++c) {
            EXPECT_NEAR(probe.weight()[0][c][0].item<float>(), w[c], 1e-6) << step;
            EXPECT_NEAR(probe.bias()[0][c].item<float>(), b[c], 1e-6) << step;
        }
    }
}

TEST(LinearProbe, IsTorchsLinearLayerWithTorchsSgd) {
    const std::vector<double> rates{0.3, 0.02, 4};
    LinearProbe probe(6, 5, rates, 0.9, 8);
    std::vector<torch::nn::Linear> layers;
    std::vector<std::unique_ptr<torch::optim::SGD>> optimizers;
    for (std::size_t i = 0; i < rates.size(); ++i) {
        torch::nn::Linear layer(6, 5);
        torch::NoGradGuard noGrad;
        layer->weight.copy_(probe.weight()[static_cast<std::int64_t>(i)]);
        layer->bias.zero_();
        optimizers.push_back(
            std::make_unique<torch::optim::SGD>(layer->parameters(), torch::optim::SGDOptions(rates[i]).momentum(0.9)));
        layers.push_back(layer);
    }
    torch::Generator generator = at::detail::createCPUGenerator(2);
    for (int step = 0; step < 12; ++step) {
        const torch::Tensor features = torch::randn({step == 11 ? 3 : 7, 6}, generator);
        const torch::Tensor labels = torch::randint(0, 5, {features.size(0)}, generator, torch::kInt64);
        const double factor = 1 / (1 + 0.3 * step);
        const std::vector<double> losses = probe.step(features, labels, factor);
        for (std::size_t i = 0; i < rates.size(); ++i) {
            static_cast<torch::optim::SGDOptions&>(optimizers[i]->param_groups()[0].options()).lr(rates[i] * factor);
            optimizers[i]->zero_grad();
            const torch::Tensor loss = torch::nn::functional::cross_entropy(layers[i](features), labels);
            loss.backward();
            optimizers[i]->step();
            EXPECT_NEAR(losses[i], loss.item<double>(), 1e-5 * (1 + loss.item<double>())) << step;
            const auto place = static_cast<std::int64_t>(i);
            EXPECT_TRUE(torch::allclose(probe.weight()[place], layers[i]->weight, 1e-4, 1e-5)) << step << " " << i;
            EXPECT_TRUE(torch::allclose(probe.bias()[place], layers[i]->bias, 1e-4, 1e-5)) << step << " " << i;
        }
    }
}

TEST(LinearProbe, StartsSmallAndFromItsSeedAlone) {
    torch::manual_seed(1);
    const torch::Tensor before = at::detail::getDefaultCPUGenerator().get_state();
    const LinearProbe probe(200, 30, {0.1, 1}, 0.9, 4);
    EXPECT_TRUE(torch::equal(at::detail::getDefaultCPUGenerator().get_state(), before));
    EXPECT_NEAR(probe.weight().mean().item<float>(), 0, 5e-4);
    EXPECT_NEAR(probe.weight().std().item<float>(), 0.01, 3e-4);
    EXPECT_EQ(probe.bias().abs().max().item<float>(), 0);
    EXPECT_TRUE(torch::equal(probe.weight()[0], probe.weight()[1]));
    torch::manual_seed(99);
    EXPECT_TRUE(torch::equal(LinearProbe(200, 30, {5}, 0.9, 4).weight()[0], probe.weight()[0]));
    EXPECT_FALSE(torch::equal(LinearProbe(200, 30, {5}, 0.9, 5).weight()[0], probe.weight()[0]));
}

TEST(LinearProbe, LearnsWhatALineSeparates) {
    const Points train = cloudsOf(400, 8, 1), test = cloudsOf(200, 8, 2);
    LinearProbe probe(8, 8, {1.0}, 0.9, 0);
    TopHits untrained;
    probe.judge(test.features, test.labels, untrained);
    EXPECT_LT(untrained.top1[0], 80);
    double loss = 0;
    for (int epoch = 0; epoch < 30; ++epoch)
        for (std::int64_t begin = 0; begin < 400; begin += 50)
            loss = probe.step(train.features.slice(0, begin, begin + 50), train.labels.slice(0, begin, begin + 50),
                              0.5)[0];
    TopHits hits;
    probe.judge(test.features.slice(0, 0, 80), test.labels.slice(0, 0, 80), hits);
    probe.judge(test.features.slice(0, 80), test.labels.slice(0, 80), hits);
    EXPECT_EQ(hits.top1[0], 200);
    EXPECT_EQ(hits.top5[0], 200);
    EXPECT_LT(loss, 0.1);
    EXPECT_LT(hits.lossSum[0] / 200, 0.1);
}

TEST(LinearProbe, CountsTopOneAndTopFive) {
    LinearProbe probe(6, 6, {1.0}, 0, 0);
    // After one step from nearly nothing the logits of class c on feature c stand out.
    probe.step(torch::eye(6), torch::arange(6), 600.0);
    const torch::Tensor feature = torch::tensor({{6.0f, 5.0f, 4.0f, 3.0f, 2.0f, 1.0f}}).expand({6, 6});
    TopHits hits;
    probe.judge(feature, torch::arange(6), hits);
    EXPECT_EQ(hits.top1[0], 1); // class 0
    EXPECT_EQ(hits.top5[0], 5); // all but class 5
    LinearProbe few(3, 3, {1.0}, 0, 0);
    TopHits all;
    few.judge(torch::eye(3), torch::arange(3), all);
    EXPECT_EQ(all.top5[0], 3);
}

TEST(LinearProbe, RefusesWhatCannotBe) {
    EXPECT_THROW(LinearProbe(3, 2, {}, 0.9, 0), EngineError);
    EXPECT_THROW(LinearProbe(3, 2, {0.1, 0}, 0.9, 0), EngineError);
    EXPECT_THROW(LinearProbe(3, 2, {std::nan("")}, 0.9, 0), EngineError);
    EXPECT_THROW(LinearProbe(3, 2, {0.1}, 1, 0), EngineError);
    EXPECT_THROW(LinearProbe(0, 2, {0.1}, 0.9, 0), EngineError);
    EXPECT_THROW(LinearProbe(3, 0, {0.1}, 0.9, 0), EngineError);
    LinearProbe probe(3, 2, {0.1}, 0.9, 0);
    EXPECT_THROW(probe.step(torch::zeros({2, 3}), torch::zeros({3}, torch::kInt64), 1), EngineError);
}

TEST(OnlineLinearProbe, FollowsFeaturesThatMove) {
    OnlineLinearProbe probe(4, 4, {0.5, 0.9, 1});
    const Points test = cloudsOf(100, 4, 5);
    EXPECT_LT(probe.hits(test.features, test.labels), 60);
    for (const bool turned : {false, true}) {
        const auto seen = [&](const torch::Tensor& features) { return turned ? features.roll(1, 1) : features; };
        for (std::uint64_t i = 0; i < 200; ++i) {
            const Points batch = cloudsOf(32, 4, 10 + i);
            probe.add(seen(batch.features), batch.labels);
        }
        EXPECT_EQ(probe.hits(seen(test.features), test.labels), 100);
        EXPECT_TRUE(torch::equal(probe.classify(seen(test.features)), test.labels));
    }
    EXPECT_EQ(probe.steps(), 400);
    EXPECT_LT(probe.loss(), 0.5);
}

TEST(OnlineLinearProbe, StepsAsTheLinearProbeDoesBehindABatchNorm) {
    OnlineLinearProbe online(4, 3, {0.7, 0.8, 9});
    LinearProbe plain(4, 3, {0.7}, 0.8, 9);
    // PyTorch's own, in the same steps; without Bessel's correction, and its first batch counts in full.
    torch::nn::BatchNorm1d norm(torch::nn::BatchNorm1dOptions(4).affine(false));
    torch::Tensor mean, variance;
    const Points test = cloudsOf(50, 4, 3, 2.0);
    for (std::uint64_t i = 0; i < 5; ++i) {
        Points batch = cloudsOf(24, 4, i);
        batch.labels = batch.labels.remainder(3);
        const double expected = plain.step(norm(batch.features), batch.labels, 24.0 / 256)[0];
        EXPECT_NEAR(online.add(batch.features, batch.labels), expected, 1e-5);
        const torch::Tensor batchMean = batch.features.mean(0), batchVariance = batch.features.var(0, false);
        const double share = std::max(0.1, 1.0 / static_cast<double>(i + 1));
        mean = i == 0 ? batchMean : mean + share * (batchMean - mean);
        variance = i == 0 ? batchVariance : variance + share * (batchVariance - variance);
    }
    const torch::Tensor seen = (test.features - mean) / (variance + 1e-5).sqrt();
    EXPECT_TRUE(torch::equal(online.classify(test.features), plain.logits(seen).select(1, 0).argmax(1)));
}

TEST(OnlineLinearProbe, TouchesNeitherNetworkNorRandomNumbers) {
    torch::nn::Linear network(5, 4);
    const torch::Tensor input = torch::rand({6, 5});
    const torch::Tensor features = network(input);
    ASSERT_TRUE(features.requires_grad());
    const torch::Tensor weight = network->weight.detach().clone(), values = features.detach().clone();
    const torch::Tensor random = at::detail::getDefaultCPUGenerator().get_state();
    OnlineLinearProbe probe(4, 2);
    probe.add(features, torch::tensor({0, 1, 0, 1, 0, 1}, torch::kInt64));
    probe.classify(features);
    EXPECT_TRUE(torch::equal(network->weight, weight));
    EXPECT_FALSE(network->weight.grad().defined());
    EXPECT_TRUE(torch::equal(features, values));
    EXPECT_TRUE(torch::equal(at::detail::getDefaultCPUGenerator().get_state(), random));
    features.sum().backward(); // the graph is whole
    EXPECT_TRUE(network->weight.grad().defined());
}

TEST(OnlineLinearProbe, LeavesOutWhatCannotBeLearnedFrom) {
    OnlineLinearProbe whole(4, 2), gaps(4, 2);
    const Points batch = cloudsOf(6, 4, 1);
    const torch::Tensor labels = batch.labels.remainder(2);
    whole.add(batch.features.slice(0, 0, 3), labels.slice(0, 0, 3));
    torch::Tensor broken = batch.features.clone(), partly = labels.clone();
    partly.slice(0, 3, 5).fill_(-1);
    broken[5][2] = std::numeric_limits<float>::quiet_NaN();
    gaps.add(broken, partly);
    EXPECT_TRUE(torch::equal(whole.classify(batch.features), gaps.classify(batch.features)));
    EXPECT_EQ(whole.loss(), gaps.loss());
    const double before = gaps.loss();
    EXPECT_EQ(gaps.add(broken.slice(0, 5), labels.slice(0, 5)), before);
    EXPECT_EQ(gaps.steps(), 1);
    EXPECT_EQ(gaps.hits(batch.features.slice(0, 0, 0), labels.slice(0, 0, 0)), 0);
    EXPECT_THROW(gaps.add(batch.features, labels + 1), EngineError);
    EXPECT_THROW(gaps.add(batch.features.slice(1, 0, 3), labels), EngineError);
}

TEST(OnlineLinearProbe, TakesFeaturesOfOtherTypes) {
    OnlineLinearProbe single(4, 2), narrow(4, 2);
    const torch::Tensor features = torch::eye(4), labels = torch::tensor({0, 1, 0, 1}, torch::kInt64);
    EXPECT_EQ(single.add(features, labels), narrow.add(features.to(torch::kBFloat16), labels));
    EXPECT_EQ(single.add(features, labels), narrow.add(features.to(torch::kFloat64), labels));
}

} // namespace
} // namespace dinoscope
