// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/kept_moment.h"

#include "engine/backbones/layers.h"
#include "engine/checkpoint/network_loading.h"
#include "engine/support/check.h"
#include "engine/train/live_run.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/saved_run.h"

namespace dinoscope {

KeptMoment::KeptMoment(const LiveRun& run, const EngineCatalog& catalog, Step step) : step_(step) {
    const std::string& folder = run.info()->runFolder;
    if (folder.empty())
        throw EngineError(ErrorCode::notFound, "train", "This run keeps no folder, so it has no earlier moments.");
    const SavedRun saved = readSavedRun(folder, step, catalog);
    settings_ = readSettings(saved.params);
    BackboneOptions backbone = settings_.backbone;
    backbone.channels = run.source().channels();
    const auto load = [&](const char* role) {
        auto network = std::make_shared<MultiCropNetwork>(backbone, settings_.head, false);
        fillModule(*network, saved.tensors, role, saved.checkpoint.path);
        convertNetwork(*network, torch::kFloat32, run.training().device());
        network->eval();
        return network;
    };
    student_ = load("student.");
    teacher_ = load("teacher.");
    for (const auto& [name, tensor] : saved.tensors)
        if (name == "center")
            center_ = tensor;
}

KeptMoment::~KeptMoment() = default;

} // namespace dinoscope
