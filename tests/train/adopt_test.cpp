// SPDX-License-Identifier: GPL-3.0-or-later
// Runs that go on from a file of networks.
#include "engine/checkpoint/model_file.h"
#include "engine/support/check.h"
#include "engine/train/adopt_networks.h"
#include "engine/train/catalog.h"
#include "engine/train/training_runner.h"
#include "tests/train/small_run.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace dinoscope {
namespace {

using testing::Recorder;
using testing::ScratchFolder;
using testing::SmallRun;

std::string reference(const std::string& name) {
    const char* set = std::getenv("DINOSCOPE_REFERENCE");
    const char* source = std::getenv("DINOSCOPE_SOURCE");
    return (set ? std::string(set) : std::string(source ? source : ".") + "/../shared/reference") + "/" + name;
}

const std::function<bool()> kGoOn = [] { return true; };

/// What fits the recorded checkpoints: width 48, 3 blocks, patches of 4, K 512.
SmallRun::Texts recordedShape(SmallRun::Texts more = {}) {
    SmallRun::Texts texts = {
        {"backbone.arch", "vit_small"}, {"backbone.width", "48"},         {"backbone.depth", "3"},
        {"backbone.heads", "3"},        {"backbone.patch_size", "4"},     {"backbone.image_size", "32"},
        {"backbone.channels", "3"},     {"backbone.mlp_ratio", "4"},      {"head.out_dim", "512"},
        {"head.hidden_dim", "96"},      {"head.bottleneck_dim", "32"},    {"head.layers", "3"},
        {"head.use_bn", "false"},       {"head.norm_last_layer", "true"}, {"optim.optimizer", "adamw"},
        {"optim.epochs", "5"}};
    for (const auto& [id, text] : more)
        texts[id] = text;
    return texts;
}

class Adopting : public ::testing::Test {
protected:
    Adopting() { testing::writeStripes(data.path(), 64, 32); }

    LoadCommand command(const std::string& file, const SmallRun::Texts& changes = {}) const {
        return {file, SmallRun::command(data.path(), recordedShape(changes)), {}};
    }
    std::string refusal(const LoadCommand& load) {
        try {
            runner.load(load, recorder, kGoOn);
        } catch (const EngineError& error) {
            return error.error().message;
        }
        return {};
    }
    /// The tensors of the run that is open.
    std::map<std::string, torch::Tensor> stateAfter(const LoadCommand& load) {
        const EngineCatalog catalog = makeCatalog();
        const ModelFile file = readModelFile(load.path);
        LiveRun run(load.run, catalog, {&file, nullptr}, recorder, [](const WorkProgress&) { return true; });
        step = run.stepNumber();
        std::map<std::string, torch::Tensor> state;
        for (const auto& [name, tensor] : run.training().state())
            state[name] = tensor.clone();
        return state;
    }

    ScratchFolder data;
    Recorder recorder;
    TrainingRunner runner;
    Step step;
};

TEST_F(Adopting, GivesTheRecordedTensorsBitForBit) {
    for (const char* name : {"vit-adamw/checkpoint.pth", "vit-adamw/checkpoint_legacy.pth"}) {
        const auto state = stateAfter(command(reference(name)));
        for (const auto& [tensorName, tensor] : readTensorFile(reference("vit-adamw/final.safetensors")))
            EXPECT_TRUE(torch::equal(state.at(tensorName).reshape(tensor.sizes()), tensor))
                << name << " " << tensorName;
        EXPECT_EQ(step, Step{3 * 8}) << "three epochs are done, of eight steps here";
        EXPECT_GT(state.at("optimizer.exp_avg_sq.backbone.cls_token").abs().sum().item<double>(), 0);
        EXPECT_EQ(state.at("optimizer.updates")[0].item<std::int64_t>(), 12);
    }
}

TEST_F(Adopting, TrainsOnFromTheNextEpoch) {
    runner.load(command(reference("vit-adamw/checkpoint.pth")), recorder, kGoOn);
    EXPECT_EQ(runner.status().step, Step{24});
    EXPECT_EQ(runner.info()->plannedSteps, 40);
    while (runner.hasWork())
        runner.workSlice(recorder);
    EXPECT_EQ(runner.step(recorder), StepOutcome::more);
    EXPECT_EQ(runner.status().step, Step{25});
    EXPECT_EQ(runner.status().epoch, Epoch{3});
    EXPECT_LT(recorder.of(Metric::loss).back(), 6.5) << "the networks have learned to agree";
}

TEST_F(Adopting, ALimitOfStepsCountsFromWhereTheRunGoesOn) {
    LoadCommand load = command(reference("vit-adamw/checkpoint.pth"));
    load.run.maxSteps = 2;
    runner.load(load, recorder, kGoOn);
    runner.cancelWork();
    EXPECT_EQ(runner.step(recorder), StepOutcome::more);
    EXPECT_EQ(runner.step(recorder), StepOutcome::limitReached);
}

TEST_F(Adopting, ABackboneAloneBecomesBothNetworks) {
    const auto state = stateAfter(command(reference("vit-adamw/backbone_only.pth")));
    EXPECT_EQ(step, Step{0});
    const ModelFile file = readModelFile(reference("vit-adamw/backbone_only.pth"));
    for (const auto& [name, tensor] : file.state)
        for (const char* role : {"student.", "teacher."})
            EXPECT_TRUE(torch::equal(state.at(role + name.substr(8)), tensor)) << role << name;
    EXPECT_TRUE(
        torch::equal(state.at("student.head.last_layer.weight_v"), state.at("teacher.head.last_layer.weight_v")));
    EXPECT_GT(state.at("student.head.last_layer.weight_v").abs().sum().item<double>(), 0) << "a fresh head";
}

TEST_F(Adopting, SaysWhatDoesNotFit) {
    const std::string file = reference("vit-adamw/checkpoint.pth");
    EXPECT_NE(refusal(command(file, {{"optim.epochs", "3"}})).find("raise optim.epochs"), std::string::npos);
    EXPECT_NE(refusal(command(file, {{"head.out_dim", "64"}})).find("last_layer"), std::string::npos);
    EXPECT_NE(refusal(command(file, {{"backbone.depth", "2"}})).find("no place"), std::string::npos);
    EXPECT_NE(refusal(command(file, {{"backbone.depth", "4"}})).find("lacks the tensor"), std::string::npos);
    EXPECT_NE(refusal(command(reference("loss/loss.safetensors"))).find("no network"), std::string::npos);
    EXPECT_NE(refusal(command("/nowhere.pth")).find("/nowhere.pth"), std::string::npos);
    EXPECT_EQ(runner.info(), nullptr);
    EXPECT_EQ(refusal(command(file)), "");
}

} // namespace
} // namespace dinoscope
