// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/run_settings.h"

#include "engine/api/fields.h"
#include "engine/support/check.h"

#include <algorithm>
#include <iterator>
#include <thread>

namespace dinoscope {
namespace {

void append(std::vector<ParamSpec>& all, std::vector<ParamSpec> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::optional<Error> checkCrop(const char* id, std::int64_t side, std::int64_t patch) {
    if (side >= patch)
        return std::nullopt;
    return Error{ErrorCode::badParameter,
                 "train",
                 std::string(id) + " is " + std::to_string(side) + ", smaller than one patch of " +
                     std::to_string(patch) + " pixels: raise it or lower backbone.patch_size",
                 {},
                 {}};
}

} // namespace

void declare(FieldList& fields, RunOptions& o) {
    fields.add("run.seed", o.seed, "Seed")
        .range(0, 4294967295.0)
        .soft(0, 100)
        .help("Decides every random choice. The same seed, settings and threads give the same run, byte by byte.");
    fields.add("run.batch_size", o.batchSize, "Batch size")
        .unit("pictures")
        .range(2, 65536)
        .soft(16, 1024)
        .log()
        .help("Source pictures in a step; each gives two global and all local crops.");
    fields.add("run.device", o.device, "Device")
        .choices({"cpu", "cuda"})
        .help("Where the networks are computed. cuda needs an NVIDIA card, a build with nvcc and its libraries.");
    fields.add("run.precision", o.precision, "Precision")
        .choices({"float32", "bfloat16", "auto"})
        .help(
            "bfloat16 multiplies matrices in half the bits, which is faster where the processor has it; auto takes it "
            "there and float32 elsewhere. Weights, loss and optimiser stay in float32.");
    fields.add("run.threads", o.threads, "Threads")
        .range(0, 256)
        .soft(0, 32)
        .help("Threads of the training step; 0 takes one for each processor. Another number may change the last bits.");
    fields.add("run.health_steps", o.healthSteps, "Health every")
        .unit("steps")
        .range(1, 10000)
        .soft(1, 100)
        .now()
        .help("Steps between two looks at the feature spread and at the winning prototypes.");
}

std::vector<ParamSpec> declareRun() {
    std::vector<ParamSpec> all;
    append(all, collectSpecs<RunOptions>());
    append(all, collectSpecs<DataOptions>());
    append(all, collectSpecs<LossOptions>());
    append(all, collectSpecs<OptimOptions>());
    append(all, collectSpecs<AugmentOptions>());
    append(all, collectSpecs<BackboneOptions>());
    append(all, collectSpecs<HeadOptions>());
    append(all, collectSpecs<EvalOptions>());
    append(all, collectSpecs<SaveOptions>());
    return all;
}

RunSettings readSettings(const ParamSet& params) {
    return {readOptions<RunOptions>(params),      readOptions<DataOptions>(params), readOptions<AugmentOptions>(params),
            readOptions<BackboneOptions>(params), readOptions<HeadOptions>(params), readOptions<LossOptions>(params),
            readOptions<OptimOptions>(params),    readOptions<EvalOptions>(params), readOptions<SaveOptions>(params)};
}

std::optional<Error> checkTogether(const RunSettings& settings) {
    const AugmentOptions& augment = settings.augment;
    if (auto error = checkAugment(augment))
        return error;
    const ViewSet views = viewsOf(augment);
    if (!findBackbone(settings.backbone.arch).convolutional) {
        if (auto error = checkCrop("augment.global_size", augment.globalSize, settings.backbone.patchSize))
            return error;
        if (views.locals > 0)
            if (auto error = checkCrop("augment.local_size", augment.localSize, settings.backbone.patchSize))
                return error;
    }
    if (parsePairing(settings.loss.pairing) == Pairing::localsToGlobals && views.locals == 0)
        return nothingToCompare();
    return std::nullopt;
}

TrainingOptions trainingOptions(const RunSettings& settings, std::int64_t channels, std::int64_t stepsPerEpoch) {
    if (settings.backbone.channels != 0 && settings.backbone.channels != channels)
        throw EngineError(ErrorCode::badParameter, "train",
                          "backbone.channels is " + std::to_string(settings.backbone.channels) +
                              ", but the pictures have " + std::to_string(channels) +
                              ": set it to 0, which takes what the pictures have");
    TrainingOptions options;
    options.backbone = settings.backbone;
    options.backbone.channels = channels;
    options.head = settings.head;
    options.loss = settings.loss;
    options.optim = settings.optim;
    options.precision = parsePrecision(precisionWord(settings.run));
    options.device = settings.run.device;
    options.seed = static_cast<std::uint64_t>(settings.run.seed);
    options.batchSize = settings.run.batchSize;
    options.stepsPerEpoch = stepsPerEpoch;
    return options;
}

std::string precisionWord(const RunOptions& options) {
    if (options.precision != "auto")
        return options.precision;
    return options.device == "cuda" || processorHasBfloat16() ? "bfloat16" : "float32";
}

bool processorHasBfloat16() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return false; // not known
#endif
}

int computeThreads(const RunOptions& options) {
    if (options.threads > 0)
        return static_cast<int>(options.threads);
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

} // namespace dinoscope
