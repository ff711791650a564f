// SPDX-License-Identifier: GPL-3.0-or-later
// What a trace.json may say, and what is said about one that does not describe a training.
#include "engine/support/check.h"
#include "engine/train/replay.h"
#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace dinoscope {
namespace {

using Json = nlohmann::json;
using testing::ScratchFolder;

Json soundTrace() {
    return Json::parse(R"({
        "format": "dino-trace/1", "init": "formula", "final": "final.safetensors",
        "backbone": {"kind": "vit", "img_size": 32, "patch_size": 4, "embed_dim": 48, "depth": 3, "num_heads": 3,
                     "mlp_ratio": 2, "qkv_bias": true},
        "head": {"out_dim": 65, "hidden_dim": 32, "bottleneck_dim": 16, "layers": 2, "use_bn": true,
                 "norm_last_layer": false, "in_dim": 48},
        "loss": {"student_temp": 0.2, "warmup_teacher_temp": 0.03, "teacher_temp": 0.05,
                 "warmup_teacher_temp_epochs": 4, "center_momentum": 0.5},
        "optim": {"kind": "lars", "lr_peak": 0.3, "min_lr": 1e-5, "warmup_epochs": 2, "weight_decay": 0.1,
                  "weight_decay_end": 0.2, "momentum_teacher": 0.99, "clip_grad": 0.3, "freeze_last_layer": 3},
        "epochs": 5, "iters_per_epoch": 7, "batch_size": 6, "global_size": 32, "local_size": 16, "local_crops": 0,
        "expected": {"loss": []}})");
}

TrainingOptions optionsOf(const Json& trace) {
    const ScratchFolder folder;
    std::ofstream(folder.path() / "trace.json") << trace.dump();
    return readTraceOptions(folder.path().string());
}

TrainingOptions withBackbone(const char* text) {
    Json trace = soundTrace();
    trace["backbone"] = Json::parse(text);
    return optionsOf(trace);
}

TEST(TraceFile, SaysWhatToBuild) {
    const TrainingOptions o = optionsOf(soundTrace());
    EXPECT_EQ(o.backbone.imageSize, 32);
    EXPECT_EQ(o.backbone.patchSize, 4);
    EXPECT_EQ(o.backbone.width, 48);
    EXPECT_EQ(o.backbone.depth, 3);
    EXPECT_EQ(o.backbone.heads, 3);
    EXPECT_EQ(o.backbone.mlpRatio, 2);
    EXPECT_EQ(o.backbone.channels, 3);
    EXPECT_EQ(o.backbone.dropPathRate, 0);
    EXPECT_EQ(o.head.layers, 2);
    EXPECT_TRUE(o.head.useBn);
    EXPECT_FALSE(o.head.normLastLayer);
    EXPECT_EQ(o.loss.warmupTeacherTemperatureEpochs, 4);
    EXPECT_EQ(o.loss.centerMomentum, 0.5);
    EXPECT_EQ(o.optim.optimizer, "lars");
    EXPECT_NEAR(o.optim.lr * 6 / 256, 0.3, 1e-15) << "the recorded peak is scaled already";
    EXPECT_EQ(o.optim.freezeLastLayer, 3);
    EXPECT_EQ(o.optim.epochs, 5);
    EXPECT_EQ(o.stepsPerEpoch, 7);
    EXPECT_EQ(o.precision, Precision::float32);
}

TEST(TraceFile, NamesNetworksBySizesOrByPreset) {
    BackboneOptions base = withBackbone(R"({"kind": "vit_base", "patch_size": 8})").backbone;
    EXPECT_EQ(base.arch, "vit_base");
    EXPECT_EQ(base.patchSize, 8);
    EXPECT_EQ(resolve(base).imageSize, 224);
    EXPECT_EQ(resolve(base).width, 768);
    base = withBackbone(R"({"kind": "vit_base8", "img_size": [96]})").backbone;
    EXPECT_EQ(base.arch, "vit_base");
    EXPECT_EQ(base.patchSize, 8);
    EXPECT_EQ(base.imageSize, 96);
    EXPECT_EQ(withBackbone(R"({"kind": "deit_small", "embed_dim": null})").backbone.patchSize, 16);
    EXPECT_EQ(withBackbone(R"({"kind": "resnet101"})").backbone.arch, "resnet101");
    EXPECT_EQ(withBackbone(R"({"kind": "resnet18", "in_chans": 1})").backbone.channels, 1);
}

/// The sentence about a trace that cannot be read.
std::string complaint(const Json& trace) {
    try {
        optionsOf(trace);
    } catch (const EngineError& error) {
        return error.what();
    }
    return "";
}

TEST(TraceFile, FaultsAreNamed) {
    Json trace = soundTrace();
    trace["backbone"].erase("patch_size");
    EXPECT_NE(complaint(trace).find("backbone.patch_size is missing"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["backbone"]["depth"] = "three";
    EXPECT_NE(complaint(trace).find("backbone.depth has the wrong type"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["backbone"]["kind"] = "xcit_small";
    EXPECT_NE(complaint(trace).find("xcit_small"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["backbone"]["qkv_bias"] = false;
    EXPECT_NE(complaint(trace).find("qkv_bias"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["optim"] = 5;
    EXPECT_NE(complaint(trace).find("optim.kind is missing"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["dtype"] = "float8";
    EXPECT_NE(complaint(trace).find("float8"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["batch_size"] = 0;
    EXPECT_NE(complaint(trace).find("batch_size"), std::string::npos) << complaint(trace);
    trace = soundTrace();
    trace["format"] = "dino-trace/2";
    EXPECT_NE(complaint(trace).find("dino-trace/1"), std::string::npos) << complaint(trace);
    EXPECT_NE(complaint(Json::array()), "");
}

} // namespace
} // namespace dinoscope
