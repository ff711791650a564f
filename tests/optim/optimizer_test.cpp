// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/optim/optimizer.h"

#include "engine/support/check.h"

#include <ATen/Version.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace dinoscope {
namespace {

/// Tensors of every kind the rules tell apart.
struct Network : torch::nn::Module {
    explicit Network(torch::Dtype type = torch::kFloat64, bool trainableGain = true) {
        torch::manual_seed(7);
        const auto add = [&](const char* name, torch::IntArrayRef shape, bool gradient = true) {
            register_parameter(name, torch::randn(shape, type), gradient);
        };
        add("pos_embed", {1, 5, 3});
        auto layer = register_module("fc", std::make_shared<torch::nn::Module>("fc"));
        layer->register_parameter("weight", torch::randn({4, 3}, type));
        layer->register_parameter("bias", torch::randn({4}, type));
        auto norm = register_module("norm", std::make_shared<torch::nn::Module>("norm"));
        norm->register_parameter("weight", torch::randn({4}, type));
        auto last = register_module("last_layer", std::make_shared<torch::nn::Module>("last_layer"));
        last->register_parameter("weight_g", torch::randn({6, 1}, type), trainableGain);
        last->register_parameter("weight_v", torch::randn({6, 3}, type));
        // More than one piece of work, and a length that no vector divides.
        add("large", {33333, 1});
    }

    void giveGradients(double scale = 1) {
        torch::manual_seed(++drawn_);
        for (torch::Tensor& parameter : parameters())
            if (parameter.requires_grad())
                parameter.mutable_grad() = torch::randn_like(parameter.detach()) * scale;
    }

    std::map<std::string, torch::Tensor> copies() const {
        std::map<std::string, torch::Tensor> result;
        for (const auto& item : named_parameters())
            result[item.key()] = item.value().detach().clone();
        return result;
    }

private:
    std::uint64_t drawn_ = 100;
};

std::map<std::string, torch::Tensor> changesOf(Network& network, const std::string& kind, const UpdateRates& rates,
                                               double gradientScale = 1) {
    auto optimizer = makeOptimizer(kind, makeSlots(network));
    network.giveGradients(gradientScale);
    const auto before = network.copies();
    optimizer->step(rates);
    auto changes = network.copies();
    for (auto& [name, tensor] : changes)
        tensor = tensor - before.at(name);
    return changes;
}

double distance(const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

TEST(OptimizerSlots, DecayLeavesOutBiasesAndOneDimensionalTensors) {
    Network network;
    const auto slots = makeSlots(network);
    std::map<std::string, std::pair<bool, bool>> groups;
    for (const OptimizerSlot& slot : slots)
        groups[slot.name] = {slot.decays, slot.lastLayer};
    const std::map<std::string, std::pair<bool, bool>> expected{
        {"pos_embed", {true, false}},          {"large", {true, false}},        {"fc.weight", {true, false}},
        {"fc.bias", {false, false}},           {"norm.weight", {false, false}}, {"last_layer.weight_g", {true, true}},
        {"last_layer.weight_v", {true, true}},
    };
    EXPECT_EQ(groups, expected);
    EXPECT_FALSE(slots.back().decays) << "the group without decay comes second";
    Network frozen(torch::kFloat64, false);
    for (const OptimizerSlot& slot : makeSlots(frozen))
        EXPECT_NE(slot.name, "last_layer.weight_g") << "a frozen tensor is in no group";
}

TEST(Optimizer, ClipsEachTensorByItsOwnNorm) {
    UpdateRates rates;
    rates.learningRate = 1;
    Network network;
    auto plain = changesOf(network, "sgd", rates);
    Network again;
    rates.clipNorm = 3.0;
    auto clipped = changesOf(again, "sgd", rates);
    bool some = false, none = false;
    for (const auto& [name, change] : plain) {
        const double norm = change.norm().item<double>();
        const double factor = std::min(1.0, 3.0 / (norm + 1e-6));
        (factor < 1 ? some : none) = true;
        EXPECT_LT(distance(clipped.at(name), change * factor), 1e-12) << name;
    }
    EXPECT_TRUE(some && none) << "both sides of the threshold occur";
}

TEST(Optimizer, ReturnsTheNormBeforeClippingAndFreezing) {
    Network network;
    auto optimizer = makeOptimizer("sgd", makeSlots(network));
    network.giveGradients();
    double squared = 0;
    for (const torch::Tensor& parameter : network.parameters())
        squared += parameter.grad().square().sum().item<double>();
    UpdateRates rates;
    rates.clipNorm = 0.1;
    rates.freezeLastLayer = true;
    EXPECT_NEAR(optimizer->step(rates), std::sqrt(squared), 1e-12 * std::sqrt(squared));
}

TEST(Optimizer, SkipsAFrozenLastLayerAltogether) {
    for (const char* kind : {"adamw", "sgd", "lars"}) {
        Network network;
        auto optimizer = makeOptimizer(kind, makeSlots(network));
        UpdateRates rates;
        rates.learningRate = 0.1;
        rates.weightDecay = 0.5;
        rates.freezeLastLayer = true;
        const auto before = network.copies();
        network.giveGradients();
        optimizer->step(rates);
        const auto after = network.copies();
        for (const OptimizerSlot& slot : optimizer->slots()) {
            EXPECT_EQ(torch::equal(after.at(slot.name), before.at(slot.name)), slot.lastLayer) << kind << slot.name;
            EXPECT_EQ(slot.updates, slot.lastLayer ? 0 : 1);
            EXPECT_EQ(slot.state.empty(), slot.lastLayer);
        }
    }
}

/// Steps both optimisers through the same gradients; @returns the largest relative difference of a tensor.
template <class Reference, class Options>
double compareWithLibTorch(const std::string& kind, torch::Dtype type, const Options& defaults) {
    Network ours(type), theirs(type);
    auto optimizer = makeOptimizer(kind, makeSlots(ours));
    std::vector<torch::Tensor> decaying, plain;
    for (const auto& item : theirs.named_parameters())
        (item.value().dim() > 1 ? decaying : plain).push_back(item.value());
    Reference reference({torch::optim::OptimizerParamGroup(decaying), torch::optim::OptimizerParamGroup(plain)},
                        defaults);
    for (int step = 0; step < 7; ++step) {
        UpdateRates rates;
        rates.learningRate = step == 0 ? 0 : 0.01 * step;
        rates.weightDecay = 0.04 * (step + 1);
        ours.giveGradients(step % 2 ? 1 : 1e-3);
        theirs.giveGradients(step % 2 ? 1 : 1e-3);
        for (std::size_t group = 0; group < 2; ++group) {
            auto& options = static_cast<Options&>(reference.param_groups()[group].options());
            options.lr(rates.learningRate).weight_decay(group == 0 ? rates.weightDecay : 0);
        }
        optimizer->step(rates);
        reference.step();
    }
    double worst = 0;
    const auto expected = theirs.copies();
    for (const auto& [name, tensor] : ours.copies())
        worst = std::max(worst, distance(tensor, expected.at(name)));
    return worst;
}

TEST(Optimizer, EqualsLibTorchsAdamW) {
    using torch::optim::AdamW, torch::optim::AdamWOptions;
    EXPECT_LT((compareWithLibTorch<AdamW, AdamWOptions>("adamw", torch::kFloat64, AdamWOptions(0))), 1e-13);
    EXPECT_LT((compareWithLibTorch<AdamW, AdamWOptions>("adamw", torch::kFloat32, AdamWOptions(0))), 1e-6);
}

/// What two roundings in another place may make of a value of size 1; nothing where LibTorch uses the same
/// instructions.
double roundingOf(torch::Dtype type) {
    const bool sameInstructions = at::get_cpu_capability() != "DEFAULT";
    return sameInstructions ? 0 : type == torch::kFloat64 ? 1e-15 : 1e-6;
}

TEST(Optimizer, EqualsLibTorchsSgdToTheBit) {
    using torch::optim::SGD, torch::optim::SGDOptions;
    const SGDOptions options = SGDOptions(0).momentum(0.9);
    for (const torch::Dtype type : {torch::kFloat32, torch::kFloat64})
        EXPECT_LE((compareWithLibTorch<SGD, SGDOptions>("sgd", type, options)), roundingOf(type));
}

TEST(Optimizer, LarsTrustsByTheDecayedGradient) {
    Network network;
    auto optimizer = makeOptimizer("lars", makeSlots(network));
    UpdateRates rates;
    rates.learningRate = 0.3;
    rates.weightDecay = 0.7;
    std::map<std::string, torch::Tensor> buffers;
    for (int step = 0; step < 3; ++step) {
        network.giveGradients();
        const auto before = network.copies();
        std::map<std::string, torch::Tensor> expected;
        for (const auto& item : network.named_parameters()) {
            const torch::Tensor& weight = before.at(item.key());
            torch::Tensor direction = item.value().grad().clone();
            if (weight.dim() != 1) {
                direction = direction.add(weight, 0.7);
                direction = direction.mul(0.001 * weight.norm() / direction.norm());
            }
            torch::Tensor& buffer = buffers[item.key()];
            buffer = buffer.defined() ? buffer.mul(0.9).add(direction) : direction;
            expected[item.key()] = weight.add(buffer, -0.3);
        }
        optimizer->step(rates);
        for (const auto& [name, tensor] : network.copies())
            EXPECT_LE(distance(tensor, expected.at(name)), roundingOf(torch::kFloat64)) << name;
    }
}

TEST(Optimizer, LarsTakesARatioOfOneForAZeroNorm) {
    Network network;
    {
        torch::NoGradGuard noGrad;
        network.named_parameters()["fc.weight"].zero_();
    }
    UpdateRates rates;
    rates.learningRate = 1;
    const auto changes = changesOf(network, "lars", rates);
    EXPECT_LT(distance(changes.at("fc.weight"), -network.named_parameters()["fc.weight"].grad()), 1e-14);
}

TEST(Optimizer, ChangesNothingWhenAGradientIsNotFinite) {
    Network network;
    auto optimizer = makeOptimizer("adamw", makeSlots(network));
    network.giveGradients();
    network.named_parameters()["norm.weight"].mutable_grad()[0] = std::numeric_limits<double>::infinity();
    const auto before = network.copies();
    UpdateRates rates;
    rates.learningRate = 0.1;
    EXPECT_FALSE(std::isfinite(optimizer->step(rates)));
    for (const auto& [name, tensor] : network.copies())
        EXPECT_TRUE(torch::equal(tensor, before.at(name))) << name;
    for (const OptimizerSlot& slot : optimizer->slots())
        EXPECT_EQ(slot.updates, 0);
}

TEST(Optimizer, SkipsATensorWithoutGradient) {
    Network network;
    auto optimizer = makeOptimizer("adamw", makeSlots(network));
    network.giveGradients();
    network.named_parameters()["fc.weight"].mutable_grad() = torch::Tensor();
    const torch::Tensor before = network.named_parameters()["fc.weight"].detach().clone();
    UpdateRates rates;
    rates.learningRate = rates.weightDecay = 0.1;
    optimizer->step(rates);
    EXPECT_TRUE(torch::equal(network.named_parameters()["fc.weight"], before)) << "not even decay";
}

TEST(Optimizer, RefusesAnUnknownKind) {
    Network network;
    EXPECT_THROW(makeOptimizer("adam", makeSlots(network)), EngineError);
}

TEST(AverageParameters, MovesTheTeacher) {
    for (const torch::Dtype type : {torch::kFloat32, torch::kFloat64}) {
        torch::manual_seed(3);
        const torch::Tensor teacher = torch::randn({20001}, type), student = torch::randn({20001}, type);
        const torch::Tensor expected = teacher * 0.996 + (1 - 0.996) * student;
        averageParameters({teacher}, {student}, 0.996);
        EXPECT_LE(distance(teacher, expected), roundingOf(type));
        const torch::Tensor kept = teacher.clone();
        averageParameters({teacher}, {student}, 1.0);
        EXPECT_TRUE(torch::equal(teacher, kept));
    }
}

} // namespace
} // namespace dinoscope
