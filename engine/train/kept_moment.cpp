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

const std::shared_ptr<const FeatureBank>& KeptMoment::bank(const LiveRun& run) {
    if (bank_ || watch_ || !run.protocol())
        return bank_;
    auto references = std::make_shared<KnnProtocol>(*run.protocol());
    references->queries = {}; // accuracies are not asked for
    watch_.emplace(std::move(references), settings_.eval);
    watch_->begin({*student_, nullptr}, {*teacher_, nullptr}, step_.value, 0);
    return bank_;
}

void KeptMoment::workSlice() {
    if (const auto reading = watch_->slice()) {
        bank_ = reading->bank;
        watch_.reset();
    }
}

WorkProgress KeptMoment::progress() const {
    return {"Looking for neighbours at step " + std::to_string(step_.value), watch_->done(), watch_->total()};
}

} // namespace dinoscope
