// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/heads/dino_head.h"

#include "engine/backbones/layers.h"
#include "engine/support/check.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dinoscope {
namespace {

HeadOptions smallHead(std::int64_t layers, bool useBn) {
    HeadOptions options;
    options.outDim = 11;
    options.hiddenDim = 8;
    options.bottleneckDim = 5;
    options.layers = layers;
    options.useBn = useBn;
    return options;
}

/// A head with weights that are not close to zero.
std::shared_ptr<DinoHead> filledHead(const HeadOptions& options, std::int64_t inDim = 6) {
    auto head = std::make_shared<DinoHead>(inDim, options);
    torch::NoGradGuard noGrad;
    torch::manual_seed(5);
    for (torch::Tensor& parameter : head->parameters())
        parameter.normal_();
    convertNetwork(*head, torch::kFloat64);
    return head;
}

std::set<std::string> namesOf(const DinoHead& head) {
    std::set<std::string> names;
    for (const auto& item : head.named_parameters())
        names.insert(item.key());
    for (const auto& item : head.named_buffers())
        names.insert(item.key());
    return names;
}

std::set<std::string> linears(std::initializer_list<const char*> places) {
    std::set<std::string> names{"last_layer.weight_g", "last_layer.weight_v"};
    for (const char* place : places)
        for (const char* end : {".weight", ".bias"})
            names.insert(std::string(place) + end);
    return names;
}

TEST(DinoHead, CountsActivationsAndNormsInItsNames) {
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(1, false))), linears({"mlp"}));
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(1, true))), linears({"mlp"})) << "nothing to normalise";
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(2, false))), linears({"mlp.0", "mlp.2"}));
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(3, false))), linears({"mlp.0", "mlp.2", "mlp.4"}));
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(4, false))), linears({"mlp.0", "mlp.2", "mlp.4", "mlp.6"}));
    auto expected = linears({"mlp.0", "mlp.1", "mlp.3", "mlp.4", "mlp.6"});
    for (const char* norm : {"mlp.1", "mlp.4"})
        for (const char* end : {".running_mean", ".running_var", ".num_batches_tracked"})
            expected.insert(std::string(norm) + end);
    EXPECT_EQ(namesOf(DinoHead(6, smallHead(3, true))), expected);
}

TEST(DinoHead, HasTheOfficialSize) {
    const auto count = [](std::int64_t inDim) {
        DinoHead head(inDim, {});
        std::int64_t mlp = 0;
        for (const auto& item : head.named_parameters())
            if (item.key().rfind("mlp.", 0) == 0)
                mlp += item.value().numel();
        return std::pair(mlp, head.named_parameters()["last_layer.weight_v"].numel());
    };
    EXPECT_EQ(count(384), std::pair(std::int64_t{5509376}, std::int64_t{16777216}));
    EXPECT_EQ(count(768), std::pair(std::int64_t{6295808}, std::int64_t{16777216}));
}

TEST(DinoHead, ComputesWhatItsFormulaSays) {
    for (const bool useBn : {false, true}) {
        auto head = filledHead(smallHead(3, useBn));
        const auto p = head->named_parameters();
        const torch::Tensor features = torch::randn({9, 6}, torch::kFloat64);
        const auto norm = [&](const torch::Tensor& x, const std::string& place) {
            const torch::Tensor mean = x.mean(0), variance = (x - mean).square().mean(0);
            return (x - mean) / (variance + 1e-5).sqrt() * p[place + ".weight"] + p[place + ".bias"];
        };
        const auto gelu = [](const torch::Tensor& x) { return 0.5 * x * (1 + torch::erf(x / std::sqrt(2.0))); };
        const auto linear = [&](const torch::Tensor& x, const std::string& place) {
            return torch::matmul(x, p[place + ".weight"].t()) + p[place + ".bias"];
        };
        torch::Tensor x = linear(features, "mlp.0");
        x = gelu(useBn ? norm(x, "mlp.1") : x);
        x = linear(x, useBn ? "mlp.3" : "mlp.2");
        x = gelu(useBn ? norm(x, "mlp.4") : x);
        x = linear(x, useBn ? "mlp.6" : "mlp.4");
        x = x / x.square().sum(1, true).sqrt();
        const torch::Tensor v = p["last_layer.weight_v"];
        const torch::Tensor rows = p["last_layer.weight_g"] * v / v.square().sum(1, true).sqrt();
        const torch::Tensor expected = torch::matmul(x, rows.t());
        EXPECT_LT((head->forward(features) - expected).abs().max().item<double>(), 1e-13) << useBn;
    }
}

TEST(DinoHead, GainTrainsOnlyWhenTheLastLayerIsNotNormalised) {
    HeadOptions options = smallHead(2, false);
    EXPECT_FALSE(DinoHead(6, options).named_parameters()["last_layer.weight_g"].requires_grad());
    options.normLastLayer = false;
    EXPECT_TRUE(DinoHead(6, options).named_parameters()["last_layer.weight_g"].requires_grad());
}

TEST(DinoHead, StartsWithCosines) {
    auto head = std::make_shared<DinoHead>(6, smallHead(3, false));
    torch::Generator generator = makeGenerator(3);
    head->initialize(generator);
    const torch::Tensor logits = head->forward(torch::randn({20, 6}));
    EXPECT_LE(logits.abs().max().item<double>(), 1 + 1e-6);
    const auto p = head->named_parameters();
    EXPECT_TRUE(p["last_layer.weight_g"].eq(1).all().item<bool>());
    EXPECT_LE(p["last_layer.weight_v"].abs().max().item<double>(), 1 / std::sqrt(5.0));
    EXPECT_EQ(p["mlp.0.bias"].abs().max().item<double>(), 0);
}

TEST(DinoHead, LeavesAZeroFeatureFinite) {
    HeadOptions options = smallHead(1, false);
    auto head = filledHead(options);
    torch::NoGradGuard noGrad;
    head->named_parameters()["mlp.bias"].zero_();
    EXPECT_EQ(head->forward(torch::zeros({2, 6}, torch::kFloat64)).abs().max().item<double>(), 0);
}

TEST(DinoHead, RefusesNoLayer) { EXPECT_THROW(DinoHead(6, smallHead(0, false)), EngineError); }

} // namespace
} // namespace dinoscope
