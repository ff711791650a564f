// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"
#include "engine/support/check.h"
#include "engine/train/formula_fill.h"
#include "engine/train/multi_crop_network.h"
#include "engine/train/recorded_backbone.h"
#include "engine/train/replay.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <type_traits>

namespace dinoscope {
namespace {

using Json = nlohmann::json;

[[noreturn]] void badTrace(const std::string& path, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "train", "'" + path + "' cannot be replayed: " + what);
}

/// An open trace.json.
struct TraceFile {
    explicit TraceFile(const std::string& folder) : folder(folder), path(folder + "/trace.json") {
        std::ifstream stream(path);
        if (!stream)
            badTrace(path, "the file cannot be opened. Name a folder that holds a trace.json");
        json = Json::parse(stream, nullptr, false);
        if (json.is_discarded() || !json.is_object())
            badTrace(path, "it is not JSON");
        if (json.value("format", "") != "dino-trace/1")
            badTrace(path, "its format is not dino-trace/1");
    }

    /// A required field by its path of keys.
    template <class T> T get(std::initializer_list<const char*> keys) const {
        const Json* node = find(keys);
        if (!node)
            badTrace(path, "the field " + dotted(keys) + " is missing");
        // The official classes take a size as a list too.
        const Json& value = std::is_arithmetic_v<T> && node->is_array() && !node->empty() ? node->front() : *node;
        try {
            return value.get<T>();
        } catch (const Json::exception&) {
            badTrace(path, "the field " + dotted(keys) + " has the wrong type");
        }
    }

    /// The same for a field that may be absent or null.
    template <class T> T optional(std::initializer_list<const char*> keys, const T& absent) const {
        const Json* node = find(keys);
        return node && !node->is_null() ? get<T>(keys) : absent;
    }

    std::string folder, path;
    Json json;

private:
    /// Null if there is no such field.
    const Json* find(std::initializer_list<const char*> keys) const {
        const Json* node = &json;
        for (const char* key : keys) {
            if (!node->is_object() || !node->contains(key))
                return nullptr;
            node = &(*node)[key];
        }
        return node;
    }

    static std::string dotted(std::initializer_list<const char*> keys) {
        std::string name;
        for (const char* key : keys) {
            if (!name.empty())
                name += '.';
            name += key;
        }
        return name;
    }
};

BackboneOptions readBackbone(const TraceFile& trace) {
    BackboneOptions o = recordedBackbone(trace.get<std::string>({"backbone", "kind"}));
    o.channels = trace.optional<std::int64_t>({"backbone", "in_chans"}, 3);
    if (findBackbone(o.arch).convolutional)
        return o;
    const auto kind = trace.get<std::string>({"backbone", "kind"});
    o.patchSize = kind == "vit" ? trace.get<std::int64_t>({"backbone", "patch_size"})
                                : trace.optional<std::int64_t>({"backbone", "patch_size"}, o.patchSize);
    o.imageSize = trace.optional<std::int64_t>({"backbone", "img_size"}, 0);
    o.width = trace.optional<std::int64_t>({"backbone", "embed_dim"}, 0);
    o.depth = trace.optional<std::int64_t>({"backbone", "depth"}, 0);
    o.heads = trace.optional<std::int64_t>({"backbone", "num_heads"}, 0);
    o.mlpRatio = trace.optional<double>({"backbone", "mlp_ratio"}, 4.0);
    if (!trace.optional<bool>({"backbone", "qkv_bias"}, true))
        badTrace(trace.path, "backbone.qkv_bias is false, which the official training never uses");
    return o;
}

HeadOptions readHead(const TraceFile& trace) {
    HeadOptions o;
    o.outDim = trace.get<std::int64_t>({"head", "out_dim"});
    o.hiddenDim = trace.get<std::int64_t>({"head", "hidden_dim"});
    o.bottleneckDim = trace.get<std::int64_t>({"head", "bottleneck_dim"});
    o.layers = trace.get<std::int64_t>({"head", "layers"});
    o.useBn = trace.get<bool>({"head", "use_bn"});
    o.normLastLayer = trace.get<bool>({"head", "norm_last_layer"});
    return o;
}

LossOptions readLoss(const TraceFile& trace) {
    LossOptions o;
    o.studentTemperature = trace.get<double>({"loss", "student_temp"});
    o.teacherTemperature = trace.get<double>({"loss", "teacher_temp"});
    o.warmupTeacherTemperature = trace.get<double>({"loss", "warmup_teacher_temp"});
    o.warmupTeacherTemperatureEpochs = trace.get<std::int64_t>({"loss", "warmup_teacher_temp_epochs"});
    o.centerMomentum = trace.get<double>({"loss", "center_momentum"});
    return o;
}

OptimOptions readOptim(const TraceFile& trace, std::int64_t batchSize) {
    OptimOptions o;
    o.optimizer = trace.get<std::string>({"optim", "kind"});
    // The recorded peak is already scaled by the batch.
    o.lr = trace.get<double>({"optim", "lr_peak"}) * 256.0 / static_cast<double>(batchSize);
    o.minLr = trace.get<double>({"optim", "min_lr"});
    o.warmupEpochs = trace.get<std::int64_t>({"optim", "warmup_epochs"});
    o.weightDecay = trace.get<double>({"optim", "weight_decay"});
    o.weightDecayEnd = trace.get<double>({"optim", "weight_decay_end"});
    o.momentumTeacher = trace.get<double>({"optim", "momentum_teacher"});
    o.clipGrad = trace.get<double>({"optim", "clip_grad"});
    o.freezeLastLayer = trace.get<std::int64_t>({"optim", "freeze_last_layer"});
    o.epochs = trace.get<std::int64_t>({"epochs"});
    return o;
}

TrainingOptions readOptions(const TraceFile& trace) {
    TrainingOptions o;
    o.batchSize = trace.get<std::int64_t>({"batch_size"});
    o.stepsPerEpoch = trace.get<std::int64_t>({"iters_per_epoch"});
    if (o.batchSize < 1 || o.stepsPerEpoch < 1)
        badTrace(trace.path, "batch_size and iters_per_epoch must be at least 1");
    o.backbone = readBackbone(trace);
    o.head = readHead(trace);
    o.loss = readLoss(trace);
    o.optim = readOptim(trace, o.batchSize);
    o.precision = parsePrecision(trace.optional<std::string>({"dtype"}, "float32"));
    return o;
}

void fillStart(TrainingStep& step, const TraceFile& trace) {
    const auto start = trace.get<std::string>({"init"});
    if (start == "formula") {
        fillByFormula(step.student());
    } else {
        NamedTensors state = readTensorFile(trace.folder + "/" + start);
        for (auto& [name, tensor] : state)
            name = "student." + name;
        const std::size_t given = state.size();
        const std::size_t unused = step.loadState(state, false).size();
        const std::size_t own = step.student().named_parameters().size() + step.student().named_buffers().size();
        if (unused > 0 || given != own)
            badTrace(trace.path, start + " holds " + std::to_string(given) + " tensors, of which " +
                                     std::to_string(unused) + " have no place among the network's " +
                                     std::to_string(own));
    }
    step.copyStudentToTeacher();
}

std::vector<torch::Tensor> readCrops(const SafetensorsFile& file, std::int64_t step, std::int64_t count) {
    std::vector<torch::Tensor> crops;
    for (std::int64_t crop = 0; crop < count; ++crop) {
        char name[64];
        std::snprintf(name, sizeof name, "step%04d.crop%02d", static_cast<int>(step), static_cast<int>(crop));
        crops.push_back(toTensor(file.at(name)));
    }
    return crops;
}

struct Series {
    const char* name;
    double StepMetrics::*member;
};

constexpr Series kSeries[] = {{"loss", &StepMetrics::loss},
                              {"lr", &StepMetrics::learningRate},
                              {"wd", &StepMetrics::weightDecay},
                              {"momentum", &StepMetrics::teacherMomentum},
                              {"teacher_temp", &StepMetrics::teacherTemperature},
                              {"student_grad_norm", &StepMetrics::gradientNorm},
                              {"center_norm", &StepMetrics::centerNorm},
                              {"teacher_entropy", &StepMetrics::teacherEntropy},
                              {"teacher_student_kl", &StepMetrics::klDivergence}};

bool endsWith(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Tensors whose gradient is zero up to rounding when the head has BatchNorm: what it subtracts again.
bool cancelledByBatchNorm(const std::string& name, const HeadOptions& head) {
    if (!head.useBn || head.layers < 2)
        return false;
    if (endsWith(name, ".backbone.norm.bias"))
        return true;
    for (std::int64_t i = 0; i + 1 < head.layers; ++i)
        if (endsWith(name, ".head.mlp." + std::to_string(3 * i) + ".bias"))
            return true;
    return false;
}

void compareFinal(ReplayReport& report, const TrainingStep& step, const TraceFile& trace, double tolerance) {
    const auto file = trace.get<std::string>({"final"});
    const bool sampled = file.find("sample") != std::string::npos;
    std::map<std::string, torch::Tensor> own;
    for (const auto& [name, tensor] : step.state())
        own[name] = tensor;
    const std::int64_t width = resolve(step.options().backbone).width;
    for (const auto& [name, recorded] : readTensorFile(trace.folder + "/" + file)) {
        const torch::Tensor value = own[name];
        if (sampled) {
            report.comparisons.push_back(compareSample(name, value, recorded, tolerance));
        } else if (endsWith(name, "attn.qkv.bias") && value.defined() && value.numel() == recorded.numel()) {
            // The softmax cancels what is added to every key, so that third of the bias has no gradient.
            const auto judge = torch::cat({value.narrow(0, 0, width), value.narrow(0, 2 * width, width)});
            const auto against = torch::cat({recorded.narrow(0, 0, width), recorded.narrow(0, 2 * width, width)});
            report.comparisons.push_back(compareTensor(name, judge, against, tolerance));
            report.comparisons.push_back(compareTensor(name + " (keys)", value.narrow(0, width, width),
                                                       recorded.narrow(0, width, width), tolerance));
            report.comparisons.back().judged = false;
        } else {
            report.comparisons.push_back(compareTensor(name, value, recorded, tolerance));
        }
        if (cancelledByBatchNorm(name, step.options().head))
            report.comparisons.back().judged = false;
        if (sampled && endsWith(name, "attn.qkv.bias"))
            report.comparisons.back().judged = false;
    }
}

/// Whether sums were rounded as in the recording: before any weight has changed, nothing differs by more than the last
/// bits.
bool roundsAsRecorded(const StepMetrics& first, const TraceFile& trace) {
    for (const auto& [name, member] : kSeries)
        if (trace.json.at("expected").contains(name)) {
            const double recorded = trace.get<std::vector<double>>({"expected", name}).at(0);
            if (std::abs(first.*member - recorded) > 5e-16 * std::abs(recorded))
                return false;
        }
    return true;
}

/// Training on tiny batches with BatchNorm amplifies the last bit of a sum some 10^9 times within six steps: random
/// changes of the first weights by 2e-16 end in gradient norms that differ by 1e-6, PyTorch's own layers and optimiser
/// end 1.2e-7 away from the recording in float64, and this program is within 1e-15 of them on the same processor. The
/// libraries of matrix products round in an order that depends on the processor (vendor and vectors) and their version.
/// So 1e-9 is asked for only where sums are rounded as in the recording, which the first step shows.
double usualTolerance(Precision computed, const StepMetrics& first, const TraceFile& trace, std::string& note) {
    if (parsePrecision(trace.optional<std::string>({"dtype"}, "float32")) != Precision::float64 ||
        computed != Precision::float64)
        return 1e-4;
    if (roundsAsRecorded(first, trace))
        return 1e-9;
    note = "Judged at 1e-6 instead of 1e-9: the first step shows that this processor rounds sums in another order than "
           "the recording's, and the steps after it amplify that.";
    return 1e-6;
}

} // namespace

TrainingOptions readTraceOptions(const std::string& folder) { return readOptions(TraceFile(folder)); }

Slices<ReplayReport> replayTrace(std::string folder, ReplayOptions options) {
    const TraceFile trace(folder);
    TrainingOptions training = readOptions(trace);
    training.precision = options.precision.value_or(training.precision);
    training.device = options.device;
    ReplayReport report{"trace", folder, {}, {}, {}};
    TrainingStep step(training);
    fillStart(step, trace);
    const SafetensorsFile crops(folder + "/crops.safetensors");
    const std::int64_t cropCount = 2 + trace.get<std::int64_t>({"local_crops"});
    const auto steps = static_cast<std::int64_t>(trace.get<std::vector<double>>({"expected", "loss"}).size());
    if (steps < 1)
        badTrace(folder, "expected.loss holds no step");
    std::vector<StepMetrics> measured;
    WorkProgress progress{"Replaying " + folder, 0, steps};
    for (std::int64_t i = 0; i < steps; ++i) {
        measured.push_back(step.run(readCrops(crops, i, cropCount)));
        ++progress.done;
        co_yield progress;
    }
    const double tolerance =
        options.tolerance ? *options.tolerance : usualTolerance(training.precision, measured.at(0), trace, report.note);
    for (const auto& [name, member] : kSeries) {
        if (!trace.json.at("expected").contains(name))
            continue;
        std::vector<double> values;
        for (const StepMetrics& metrics : measured)
            values.push_back(metrics.*member);
        report.comparisons.push_back(
            compareSeries(name, values, trace.get<std::vector<double>>({"expected", name}), tolerance));
    }
    compareFinal(report, step, trace, tolerance);
    co_return report;
}

} // namespace dinoscope
