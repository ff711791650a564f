// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/training_step.h"

#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/kernels/cuda_plugin.h"
#include "engine/support/check.h"
#include "engine/train/multi_crop_network.h"

#include <ATen/autocast_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

namespace dinoscope {
namespace {

/// Lets matrix products on `device` run in bfloat16 while it lives.
class AutocastScope {
public:
    AutocastScope(bool enabled, at::DeviceType device)
        : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
        at::autocast::set_autocast_enabled(device_, enabled);
        at::autocast::set_autocast_dtype(device_, at::kBFloat16);
        at::autocast::increment_nesting();
    }
    ~AutocastScope() {
        if (at::autocast::decrement_nesting() == 0)
            at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(device_, before_);
    }
    AutocastScope(const AutocastScope&) = delete;
    AutocastScope& operator=(const AutocastScope&) = delete;

private:
    at::DeviceType device_;
    bool before_;
};

class Stopwatch {
public:
    /// Seconds since the last call.
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const double seconds = std::chrono::duration<double>(now - last_).count();
        last_ = now;
        return seconds;
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

torch::Dtype storageType(Precision precision) {
    return precision == Precision::float64 ? torch::kFloat64 : torch::kFloat32;
}

void appendNetwork(NamedTensors& out, const std::string& prefix, const torch::nn::Module& network) {
    for (const auto& item : network.named_parameters())
        out.emplace_back(prefix + item.key(), item.value());
    for (const auto& item : network.named_buffers())
        out.emplace_back(prefix + item.key(), item.value());
}

std::vector<torch::Tensor> copiesOf(const std::vector<torch::Tensor>& tensors) {
    std::vector<torch::Tensor> copies;
    copies.reserve(tensors.size());
    for (const torch::Tensor& tensor : tensors)
        copies.push_back(tensor.clone());
    return copies;
}

/// Rows [begin, end) of blocks that lie one behind the other.
std::vector<torch::Tensor> rowsOf(const std::vector<torch::Tensor>& blocks, std::int64_t begin, std::int64_t end) {
    std::vector<torch::Tensor> parts;
    std::int64_t row = 0; // of the block's first row
    for (const torch::Tensor& block : blocks) {
        const std::int64_t from = std::max(begin - row, std::int64_t{0}), to = std::min(end - row, block.size(0));
        if (from < to)
            parts.push_back(block.narrow(0, from, to - from));
        row += block.size(0);
    }
    return parts;
}

void copyInto(const std::string& name, torch::Tensor target, const torch::Tensor& source) {
    const bool fits = target.sizes() == source.sizes() || (target.numel() == 1 && source.numel() == 1);
    if (!fits) {
        std::ostringstream text;
        text << "Tensor '" << name << "' has the shape " << source.sizes() << " where this network has "
             << target.sizes() << ": choose the options it was saved with";
        throw EngineError(ErrorCode::badInput, "train", text.str());
    }
    torch::NoGradGuard noGrad;
    target.copy_(source.reshape(target.sizes()));
}

} // namespace

Precision parsePrecision(const std::string& word) {
    if (word == "float32")
        return Precision::float32;
    if (word == "float64")
        return Precision::float64;
    if (word == "bfloat16")
        return Precision::bfloat16;
    throw EngineError(ErrorCode::badParameter, "train",
                      "There is no precision '" + word + "': choose float32, float64 or bfloat16");
}

torch::Device openDevice(const std::string& word) {
    if (word == "cpu")
        return torch::kCPU;
    if (word != "cuda")
        throw EngineError(ErrorCode::badParameter, "train", "There is no device '" + word + "': choose cpu or cuda");
    cudaKernels();
    return torch::kCUDA;
}

TrainingStep::TrainingStep(const TrainingOptions& options)
    : options_(options), device_(openDevice(options.device)), plan_(planSchedule(options.optim, options.stepsPerEpoch)),
      loss_(options.head.outDim, torch::TensorOptions(device_).dtype(storageType(options.precision))) {
    student_ = std::make_shared<MultiCropNetwork>(options.backbone, options.head, true);
    teacher_ = std::make_shared<MultiCropNetwork>(options.backbone, options.head, false);
    student_->initialize(options.seed);
    convertNetwork(*student_, storageType(options.precision), device_);
    convertNetwork(*teacher_, storageType(options.precision), device_);
    copyStudentToTeacher();
    studentParameters_ = student_->parameters();
    teacherParameters_ = teacher_->parameters();
    buffers_ = student_->buffers();
    for (const torch::Tensor& buffer : teacher_->buffers())
        buffers_.push_back(buffer);
    optimizer_ = makeOptimizer(options.optim.optimizer, makeSlots(*student_));
    makeSchedules();
}

TrainingStep::~TrainingStep() = default;

void TrainingStep::makeSchedules() {
    const OptimOptions& o = options_.optim;
    const double peak = o.lr * static_cast<double>(options_.batchSize) / 256.0;
    learningRate_ = CosineSchedule(peak, o.minLr, plan_.totalSteps, plan_.warmupSteps);
    weightDecay_ = CosineSchedule(o.weightDecay, o.weightDecayEnd, plan_.totalSteps);
    teacherMomentum_ = CosineSchedule(o.momentumTeacher, 1.0, plan_.totalSteps);
}

void TrainingStep::change(const LossOptions& loss, const OptimOptions& optim) {
    const std::int64_t warmup = options_.loss.warmupTeacherTemperatureEpochs;
    options_.loss = loss;
    options_.loss.warmupTeacherTemperatureEpochs = warmup;
    options_.optim.lr = optim.lr;
    options_.optim.minLr = optim.minLr;
    options_.optim.weightDecay = optim.weightDecay;
    options_.optim.weightDecayEnd = optim.weightDecayEnd;
    options_.optim.momentumTeacher = optim.momentumTeacher;
    options_.optim.clipGrad = optim.clipGrad;
    makeSchedules();
}

StepMetrics TrainingStep::plannedRates() const {
    StepMetrics rates;
    rates.step = step_;
    rates.learningRate = learningRate_.at(step_);
    rates.weightDecay = weightDecay_.at(step_);
    rates.teacherMomentum = teacherMomentum_.at(step_);
    rates.studentTemperature = options_.loss.studentTemperature;
    rates.teacherTemperature =
        teacherTemperatureAt(epoch(), options_.loss.warmupTeacherTemperature, options_.loss.teacherTemperature,
                             options_.loss.warmupTeacherTemperatureEpochs);
    return rates;
}

std::vector<torch::Tensor> TrainingStep::prepare(const std::vector<torch::Tensor>& crops) const {
    std::vector<torch::Tensor> blocks;
    for (const torch::Tensor& crop : crops)
        blocks.push_back(crop.to(device_, storageType(options_.precision)));
    return blocks;
}

TrainingStep::Logits TrainingStep::forward(const std::vector<torch::Tensor>& blocks, Pairing pairing,
                                           StepMetrics& times) {
    std::int64_t rows = 0;
    for (const torch::Tensor& block : blocks)
        rows += block.size(0);
    const std::int64_t globalRows = 2 * options_.batchSize;
    checkEqual(rows >= globalRows, true, "train", "Both global views are there");
    const std::int64_t studentBegin = globalRows - sharedViews(pairing) * options_.batchSize;
    if (studentBegin == rows)
        throw EngineError(nothingToCompare());
    AutocastScope autocast(options_.precision == Precision::bfloat16, device_.type());
    Stopwatch watch;
    student_->backbone().beginStep(options_.seed, static_cast<std::uint64_t>(step_));
    Logits logits;
    {
        torch::NoGradGuard noGrad;
        logits.teacher = teacher_->forward(rowsOf(blocks, 0, globalRows));
    }
    times.teacherSeconds = watch.lap();
    logits.student = student_->forward(rowsOf(blocks, studentBegin, rows));
    times.studentSeconds = watch.lap();
    return logits;
}

StepMetrics TrainingStep::run(const std::vector<torch::Tensor>& crops) {
    StepMetrics metrics = plannedRates();
    torch::AutoGradMode withGradient(true);
    const std::vector<torch::Tensor> buffers = copiesOf(buffers_); // BatchNorm moves them in the forward pass
    const Pairing pairing = parsePairing(options_.loss.pairing);
    const Logits logits = forward(prepare(crops), pairing, metrics);

    Stopwatch watch;
    const torch::Tensor center = loss_.center().clone();
    const DinoLossResult result =
        loss_.evaluate(logits.student, logits.teacher, metrics.studentTemperature, metrics.teacherTemperature, pairing);
    if (!std::isfinite(result.loss) || !std::isfinite(result.teacherEntropy))
        failNonFinite("loss", buffers, center);
    loss_.updateCenter(logits.teacher, options_.loss.centerMomentum);
    metrics.loss = result.loss;
    metrics.teacherEntropy = result.teacherEntropy;
    metrics.klDivergence = result.klDivergence;
    metrics.centerNorm = loss_.center().norm().item<double>();
    metrics.lossSeconds = watch.lap();

    optimizer_->clearGradients();
    torch::autograd::backward({logits.student}, {result.gradient});
    metrics.backwardSeconds = watch.lap();

    UpdateRates rates;
    rates.learningRate = metrics.learningRate;
    rates.weightDecay = metrics.weightDecay;
    rates.clipNorm = options_.optim.clipGrad;
    rates.freezeLastLayer = step_ < plan_.freezeSteps;
    metrics.gradientNorm = optimizer_->step(rates);
    if (!std::isfinite(metrics.gradientNorm))
        failNonFinite("gradient", buffers, center);
    averageParameters(teacherParameters_, studentParameters_, metrics.teacherMomentum);
    metrics.updateSeconds = watch.lap();
    lastStudentLogits_ = logits.student.detach();
    lastTeacherLogits_ = logits.teacher;
    lastCenter_ = center;
    lastPairing_ = pairing;
    ++step_;
    return metrics;
}

void TrainingStep::failNonFinite(const char* what, const std::vector<torch::Tensor>& buffers,
                                 const torch::Tensor& center) {
    const torch::NoGradGuard noGrad;
    for (std::size_t i = 0; i < buffers.size(); ++i)
        buffers_[i].copy_(buffers[i]);
    loss_.setCenter(center);
    throw EngineError(
        ErrorCode::nonFinite, "train",
        std::string("The ") + what + " of step " + std::to_string(step_) +
            " is not finite; the weights are still those of the step before. Start a new run with a lower "
            "optim.lr" +
            (options_.precision == Precision::bfloat16 ? ", or in float32" : "") +
            "; another temperature or other crops let this one try the step again.");
}

NamedTensors TrainingStep::state() const {
    NamedTensors tensors;
    appendNetwork(tensors, "student.", *student_);
    appendNetwork(tensors, "teacher.", *teacher_);
    tensors.emplace_back("center", loss_.center());
    const auto& words = optimizer_->stateNames();
    std::vector<std::int64_t> updates;
    for (const OptimizerSlot& slot : optimizer_->slots()) {
        for (std::size_t i = 0; i < slot.state.size(); ++i)
            tensors.emplace_back("optimizer." + words[i] + "." + slot.name, slot.state[i]);
        updates.push_back(slot.updates);
    }
    tensors.emplace_back("optimizer.updates", torch::tensor(updates, torch::kInt64));
    tensors.emplace_back("step", torch::tensor({step_}, torch::kInt64));
    return tensors;
}

std::vector<std::string> TrainingStep::loadState(const NamedTensors& state, bool complete) {
    std::map<std::string, torch::Tensor> given(state.begin(), state.end());
    const auto take = [&](const std::string& name) {
        const auto found = given.find(name);
        if (found == given.end())
            return torch::Tensor();
        torch::Tensor tensor = found->second;
        given.erase(found);
        return tensor;
    };
    NamedTensors own;
    appendNetwork(own, "student.", *student_);
    appendNetwork(own, "teacher.", *teacher_);
    own.emplace_back("center", loss_.center());
    for (const auto& [name, target] : own) {
        const torch::Tensor source = take(name);
        if (source.defined())
            copyInto(name, name == "center" && source.numel() == target.numel() ? target.view(source.sizes()) : target,
                     source);
        else if (complete)
            throw EngineError(ErrorCode::badInput, "train",
                              "The saved state lacks the tensor '" + name +
                                  "': choose a checkpoint of the same backbone and head");
    }
    const auto& words = optimizer_->stateNames();
    const torch::Tensor updates = take("optimizer.updates");
    std::int64_t index = 0;
    for (OptimizerSlot& slot : optimizer_->slots()) {
        std::vector<torch::Tensor> remembered;
        for (const std::string& word : words) {
            const std::string name = "optimizer." + word + "." + slot.name;
            const torch::Tensor source = take(name);
            if (!source.defined())
                break;
            remembered.push_back(torch::zeros_like(slot.parameter.detach()));
            copyInto(name, remembered.back(), source);
        }
        if (remembered.size() == words.size())
            slot.state = remembered;
        if (updates.defined() && index < updates.numel())
            slot.updates = updates.flatten()[index].item<std::int64_t>();
        ++index;
    }
    if (const torch::Tensor step = take("step"); step.defined())
        step_ = step.flatten()[0].item<std::int64_t>();
    std::vector<std::string> unused;
    for (const auto& [name, tensor] : given)
        unused.push_back(name);
    return unused;
}

void TrainingStep::setStep(std::int64_t step) {
    if (step < 0)
        throw EngineError(ErrorCode::badInput, "train", "A run cannot go on from step " + std::to_string(step) + ".");
    step_ = step;
}

void TrainingStep::copyStudentToTeacher() {
    NamedTensors from, to;
    appendNetwork(from, "", *student_);
    appendNetwork(to, "", *teacher_);
    checkEqual(from.size(), to.size(), "train", "Tensors of student and teacher");
    for (std::size_t i = 0; i < from.size(); ++i)
        copyInto(from[i].first, to[i].second, from[i].second);
}

} // namespace dinoscope
