// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_source.h"

#include "engine/backbones/backbone.h"
#include "engine/checkpoint/model_file.h"
#include "engine/checkpoint/model_params.h"
#include "engine/checkpoint/network_loading.h"
#include "engine/checkpoint/run_folder.h"
#include "engine/optim/optimizer.h"
#include "engine/support/check.h"
#include "engine/train/live_run.h"
#include "engine/train/metrics.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/saved_run.h"

#include <algorithm>
#include <filesystem>

namespace dinoscope {
namespace {

/// Copies on the CPU, so that training may go on.
NamedTensors copies(const NamedTensors& state) {
    NamedTensors out;
    for (const auto& [name, tensor] : state)
        out.emplace_back(name, tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true));
    return out;
}

torch::Tensor find(const NamedTensors& state, const std::string& name) {
    const auto found = std::find_if(state.begin(), state.end(), [&](const auto& item) { return item.first == name; });
    return found == state.end() ? torch::Tensor() : found->second;
}

/// Channels of the input: what the run's settings may leave to the pictures.
void takeChannels(ExportSource& source) {
    for (const char* role : {"teacher.", "student."})
        for (const char* first : {"backbone.patch_embed.proj.weight", "backbone.conv1.weight"})
            if (const torch::Tensor weight = find(source.tensors, std::string(role) + first);
                weight.defined() && weight.dim() == 4)
                source.settings.backbone.channels = weight.size(1);
}

/// The newest rates that were recorded.
void takeRates(ExportSource& source) {
    const auto newest = [&](Metric metric) {
        double value = 0;
        for (const MetricPoint& point : source.points)
            if (point.metric == static_cast<std::uint32_t>(metric))
                value = point.value;
        return value;
    };
    source.learningRate = newest(Metric::learningRate);
    source.weightDecay = newest(Metric::weightDecay);
}

ExportSource openRunSource(LiveRun& run) {
    ExportSource source;
    source.name = "step " + std::to_string(run.stepNumber().value) + " of the open run";
    source.path = source.name;
    source.folder = run.info()->runFolder;
    source.tensors = copies(run.training().state());
    source.settings = run.settings();
    source.epoch = run.training().epoch();
    source.points = run.record().points();
    const StepMetrics rates = run.training().plannedRates();
    source.learningRate = rates.learningRate;
    source.weightDecay = rates.weightDecay;
    return source;
}

ExportSource savedRunSource(const ExportRequest& request, const EngineCatalog& catalog) {
    ExportSource source;
    source.folder = runFolderPath(request.source);
    SavedRun saved = readSavedRun(source.folder, request.at, catalog);
    const Step step = saved.checkpoint.moment.step;
    source.name =
        "step " + std::to_string(step.value) + " of '" + std::filesystem::path(source.folder).filename().string() + "'";
    source.path = saved.checkpoint.path;
    source.tensors = std::move(saved.tensors);
    source.settings = readSettings(saved.params);
    source.epoch = saved.checkpoint.moment.epoch.value;
    source.points = readRecord(source.folder, catalog).points;
    std::erase_if(source.points, [&](const MetricPoint& point) { return point.step > step; });
    takeRates(source);
    return source;
}

ExportSource fileSource(const ExportRequest& request, const EngineCatalog& catalog) {
    const ModelFile file = readModelFile(request.source);
    ExportSource source;
    source.name = "'" + std::filesystem::path(file.path).filename().string() + "'";
    source.path = file.path;
    source.tensors = file.state;
    ParamSet params(catalog.params);
    for (const auto& [id, value] : paramsOf(file).values)
        if (catalog.params.find(id))
            if (const auto error = params.set(catalog.params, id, value))
                throw EngineError(*error);
    source.settings = readSettings(params);
    source.settings.backbone = backboneOf(file, request.heads);
    source.epoch = file.epoch.value_or(0);
    return source;
}

using Option = std::variant<bool, std::int64_t, double, std::string>;

/// The options of main_dino.py that a run stands for.
std::vector<std::pair<std::string, Option>> officialOptions(const RunSettings& s) {
    const BackboneOptions b = resolve(s.backbone);
    return {{"arch", b.arch},
            {"patch_size", b.patchSize},
            {"out_dim", s.head.outDim},
            {"norm_last_layer", s.head.normLastLayer},
            {"momentum_teacher", s.optim.momentumTeacher},
            {"use_bn_in_head", s.head.useBn},
            {"warmup_teacher_temp", s.loss.warmupTeacherTemperature},
            {"teacher_temp", s.loss.teacherTemperature},
            {"warmup_teacher_temp_epochs", s.loss.warmupTeacherTemperatureEpochs},
            {"use_fp16", false},
            {"weight_decay", s.optim.weightDecay},
            {"weight_decay_end", s.optim.weightDecayEnd},
            {"clip_grad", s.optim.clipGrad},
            {"batch_size_per_gpu", s.run.batchSize},
            {"epochs", s.optim.epochs},
            {"freeze_last_layer", s.optim.freezeLastLayer},
            {"lr", s.optim.lr},
            {"warmup_epochs", s.optim.warmupEpochs},
            {"min_lr", s.optim.minLr},
            {"optimizer", s.optim.optimizer},
            {"drop_path_rate", s.backbone.dropPathRate},
            {"local_crops_number", std::int64_t{viewsOf(s.augment).locals}},
            {"seed", s.run.seed}};
}

} // namespace

ExportSource openExportSource(const ExportRequest& request, LiveRun* run, const EngineCatalog& catalog) {
    if (request.source.empty() && !run)
        throw EngineError(ErrorCode::notAllowed, "train", "There is no open run to export from: name a file or a run.");
    ExportSource source = request.source.empty()                          ? openRunSource(*run)
                          : std::filesystem::is_directory(request.source) ? savedRunSource(request, catalog)
                                                                          : fileSource(request, catalog);
    takeChannels(source);
    return source;
}

ExportedNetwork exportedNetwork(const ExportSource& source, const ExportRequest& request) {
    const std::string role = networkRole(source.tensors, request.network);
    ExportedNetwork out;
    out.options = resolve(source.settings.backbone);
    out.what = role.substr(0, role.size() - 1) + " of " + source.name;
    out.backbone = makeBackbone(out.options, false);
    fillModule(*out.backbone, source.tensors, role + "backbone.", source.path);
    if (request.head) {
        out.headOptions = source.settings.head;
        out.head = std::make_shared<DinoHead>(out.backbone->traits().width, out.headOptions);
        fillModule(*out.head, source.tensors, role + "head.", source.path);
        out.head->eval();
    }
    out.backbone->eval();
    const auto channels = static_cast<std::size_t>(out.backbone->traits().channels);
    const Normalization normalization = normalizationOf(source.settings.augment, static_cast<int>(channels));
    out.mean.assign(normalization.mean.begin(), normalization.mean.begin() + static_cast<std::ptrdiff_t>(channels));
    out.std.assign(normalization.std.begin(), normalization.std.begin() + static_cast<std::ptrdiff_t>(channels));
    return out;
}

OfficialCheckpoint officialCheckpoint(const ExportSource& source) {
    for (const char* needed : {"student.head.last_layer.weight_v", "teacher.head.last_layer.weight_v", "center"})
        if (!find(source.tensors, needed).defined())
            throw EngineError(ErrorCode::notAllowed, "train",
                              source.name + " lacks " + needed +
                                  ", which a checkpoint to go on from needs: export from a run.");
    OfficialCheckpoint out;
    out.state = source.tensors;
    const MultiCropNetwork student(source.settings.backbone, source.settings.head, true);
    for (const OptimizerSlot& slot : makeSlots(student))
        (slot.decays ? out.decaying : out.plain).push_back(slot.name);
    out.optimizer = source.settings.optim.optimizer;
    out.learningRate = source.learningRate;
    out.weightDecay = source.weightDecay;
    out.epoch = source.epoch;
    out.args = officialOptions(source.settings);
    return out;
}

} // namespace dinoscope
