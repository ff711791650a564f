// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/backbone.h"
#include "engine/backbones/layers.h"
#include "engine/eval/knn.h"
#include "engine/support/check.h"
#include "engine/train/formula_fill.h"
#include "engine/train/recorded_backbone.h"
#include "engine/train/replay.h"

#include <map>
#include <set>
#include <sstream>

namespace dinoscope {
namespace {

[[noreturn]] void badRecording(const std::string& path, const std::string& what) {
    throw EngineError(ErrorCode::badInput, "train", "'" + path + "' cannot be replayed: " + what);
}

std::vector<double> doubles(const torch::Tensor& tensor) {
    const torch::Tensor flat = tensor.to(torch::kFloat64).flatten().contiguous();
    return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

double metadataNumber(const SafetensorsFile& file, const std::string& key) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end())
        badRecording(file.path(), "its metadata lacks " + key);
    std::istringstream stream(found->second);
    stream.imbue(std::locale::classic());
    double value = 0;
    if (!(stream >> value))
        badRecording(file.path(), "its metadata's " + key + " is not a number");
    return value;
}

/// The strongest patches of each head that together hold `share` of the attention mass. (heads, tokens), 0 or 1, and
/// for each token its distance from the threshold.
std::pair<torch::Tensor, torch::Tensor> massMask(const torch::Tensor& attention, double share) {
    const auto sorted = torch::sort(attention.to(torch::kFloat64), -1);
    const torch::Tensor values = std::get<0>(sorted), order = std::get<1>(sorted);
    const torch::Tensor mass = torch::cumsum(values / values.sum(-1, true), -1);
    const torch::Tensor back = torch::argsort(order, /*stable=*/false, -1);
    return {(mass > 1 - share).to(torch::kInt64).gather(-1, back), (mass - (1 - share)).abs().gather(-1, back)};
}

/// Everything a recording may hold of one network at one input size, computed once.
std::map<std::string, torch::Tensor> computeOutputs(const std::string& kind, const std::string& size,
                                                    torch::TensorOptions options) {
    auto network = makeBackbone(recordedBackbone(kind), false);
    fillByFormula(*network);
    convertNetwork(*network, options.dtype().toScalarType(), options.device());
    network->eval();
    const std::size_t cross = size.find('x');
    const std::int64_t height = std::stoll(size.substr(0, cross)), width = std::stoll(size.substr(cross + 1));
    const torch::Tensor numbers = formulaNumbers("input." + kind + "." + size, 3 * height * width);
    const torch::Tensor input = (numbers.to(torch::kFloat32).view({1, 3, height, width}) * 2).to(options);
    torch::NoGradGuard noGrad;
    std::map<std::string, torch::Tensor> outputs;
    const torch::Tensor feature = network->forward(input);
    if (!network->traits().hasAttention) {
        outputs["features"] = feature;
        return outputs;
    }
    outputs["cls"] = feature;
    const std::int64_t last = network->traits().blocks - 1;
    outputs["cls_attention"] = network->attention(input, last, AttentionRows::classToken).select(2, 0).slice(2, 1);
    std::vector<torch::Tensor> classTokens;
    const auto blocks = network->intermediate(input, 4);
    for (const torch::Tensor& block : blocks)
        classTokens.push_back(block.select(1, 0));
    outputs["intermediate4_cls"] = torch::stack(classTokens, 1);
    outputs["patch_token_mean"] = blocks.back().slice(1, 1).mean(1);
    return outputs;
}

Comparison compareMask(const std::string& name, const torch::Tensor& attention, const torch::Tensor& recorded,
                       double tolerance) {
    const auto [mask, distance] = massMask(attention[0], 0.6);
    const torch::Tensor judged = torch::where(distance < 1e-4, recorded.to(torch::kInt64), mask);
    return compareTensor(name, judged, recorded, tolerance);
}

CosineSchedule parseSchedule(const SafetensorsFile& file, const std::string& text) {
    double values[6] = {};
    std::string spaced = text;
    for (char& c : spaced)
        if (c == '(' || c == ')' || c == ',')
            c = ' ';
    std::istringstream stream(spaced);
    stream.imbue(std::locale::classic());
    for (double& value : values)
        if (!(stream >> value))
            badRecording(file.path(), "'" + text + "' does not hold the six arguments of a schedule");
    const auto stepsPerEpoch = static_cast<std::int64_t>(values[3]);
    return {values[0], values[1], static_cast<std::int64_t>(values[2]) * stepsPerEpoch,
            static_cast<std::int64_t>(values[4]) * stepsPerEpoch, values[5]};
}

/// Type and place in which a recording of single calls is recomputed; `recorded` is the type of its inputs.
torch::TensorOptions computing(const ReplayOptions& options, ElementType recorded = ElementType::f32) {
    const bool wide = options.precision ? options.precision == Precision::float64 : recorded == ElementType::f64;
    return torch::TensorOptions(openDevice(options.device)).dtype(wide ? torch::kFloat64 : torch::kFloat32);
}

} // namespace

Slices<ReplayReport> replayForward(std::string path, ReplayOptions options) {
    ReplayReport report{"forward", path, {}, {}, {}};
    const double tolerance = options.tolerance.value_or(1e-4);
    const SafetensorsFile file(path);
    std::map<std::string, std::map<std::string, torch::Tensor>> computed;
    WorkProgress progress{"Replaying " + path, 0, static_cast<std::int64_t>(file.tensors().size())};
    for (const TensorView& view : file.tensors()) {
        const std::size_t first = view.name.find('.'), second = view.name.find('.', first + 1);
        if (second == std::string::npos)
            badRecording(file.path(), "the name " + view.name + " is not KIND.HxW.WHAT");
        const std::string kind = view.name.substr(0, first), size = view.name.substr(first + 1, second - first - 1);
        const std::string what = view.name.substr(second + 1);
        if (size.find_first_not_of("0123456789x") != std::string::npos || size.find('x') == std::string::npos ||
            size.size() > 11)
            badRecording(file.path(), "the name " + view.name + " holds no size HxW");
        auto& outputs = computed[kind + "." + size];
        if (outputs.empty()) {
            outputs = computeOutputs(kind, size, computing(options));
            co_yield progress;
        }
        const torch::Tensor recorded = toTensor(view);
        report.comparisons.push_back(what == "mask60" && outputs.count("cls_attention")
                                         ? compareMask(view.name, outputs["cls_attention"], recorded, tolerance)
                                         : compareTensor(view.name, outputs[what], recorded, tolerance));
        ++progress.done;
    }
    co_return report;
}

Slices<ReplayReport> replayLoss(std::string path, ReplayOptions options) {
    ReplayReport report{"loss", path, {}, {}, {}};
    const double tolerance = options.tolerance.value_or(1e-5);
    const SafetensorsFile file(path);
    const torch::TensorOptions type = computing(options, file.at("0.student").type);
    const double studentTemperature = metadataNumber(file, "student_temp");
    const double teacherTemperature = metadataNumber(file, "teacher_temp");
    const double centerMomentum = metadataNumber(file, "center_momentum");
    std::optional<DinoLoss> loss;
    WorkProgress progress{"Replaying " + path, 0, 0};
    for (int call = 0; file.find(std::to_string(call) + ".student"); ++call) {
        const std::string prefix = std::to_string(call) + ".";
        const torch::Tensor student = toTensor(file.at(prefix + "student")).to(type);
        const torch::Tensor teacher = toTensor(file.at(prefix + "teacher")).to(type);
        if (!loss)
            loss.emplace(student.size(1), type);
        const DinoLossResult result = loss->evaluate(student, teacher, studentTemperature, teacherTemperature);
        loss->updateCenter(teacher, centerMomentum);
        report.comparisons.push_back(
            compareSeries(prefix + "loss", {result.loss}, doubles(toTensor(file.at(prefix + "loss"))), tolerance));
        report.comparisons.push_back(
            compareTensor(prefix + "grad", result.gradient, toTensor(file.at(prefix + "grad")), tolerance));
        report.comparisons.push_back(
            compareTensor(prefix + "center", loss->center(), toTensor(file.at(prefix + "center")), tolerance));
        ++progress.done;
        co_yield progress;
    }
    co_return report;
}

Slices<ReplayReport> replayKnn(std::string path, ReplayOptions options) {
    constexpr double kTemperature = 0.07, kRounding = 1e-6;
    ReplayReport report{"knn", path, {}, {}, {}};
    const SafetensorsFile file(path);
    const torch::TensorOptions type = computing(options, file.at("train").type);
    const torch::Tensor references = toTensor(file.at("train")).to(type), queries = toTensor(file.at("test")).to(type);
    const torch::Tensor labels = toTensor(file.at("train_labels")).to(type.device(), torch::kInt64).flatten();
    const torch::Tensor answers = toTensor(file.at("test_labels")).to(type.device(), torch::kInt64).flatten();
    if (labels.numel() == 0 || answers.numel() == 0)
        badRecording(path, "it holds no labels");
    const std::int64_t classes = std::max(labels.max().item<std::int64_t>(), answers.max().item<std::int64_t>()) + 1;
    for (const char* name : {"top1", "top5"}) {
        const torch::Tensor rows = toTensor(file.at(name)).to(torch::kFloat64);
        if (rows.dim() != 2 || rows.size(1) != 2)
            badRecording(path, std::string(name) + " does not hold rows of k and accuracy");
        std::vector<double> values;
        WorkProgress progress{"Replaying " + path, 0, rows.size(0)};
        for (std::int64_t row = 0; row < rows.size(0); ++row) {
            const auto neighbours = static_cast<std::int64_t>(rows[row][0].item<double>());
            if (neighbours < 1)
                badRecording(path, "it asks for " + std::to_string(neighbours) + " neighbours");
            WeightedKnn knn(references, labels, classes, neighbours, kTemperature);
            knn.add(queries, answers);
            values.push_back(std::string_view(name) == "top1" ? knn.accuracy().top1 : knn.accuracy().top5);
            ++progress.done;
            co_yield progress;
        }
        report.comparisons.push_back(
            compareSeries(name, values, doubles(rows.select(1, 1)), options.tolerance.value_or(kRounding)));
    }
    co_return report;
}

Slices<ReplayReport> replaySchedules(std::string path, ReplayOptions options) {
    ReplayReport report{"schedules", path, {}, {}, {}};
    const SafetensorsFile file(path);
    WorkProgress progress{"Replaying " + path, 0, static_cast<std::int64_t>(file.tensors().size())};
    for (const TensorView& view : file.tensors()) {
        const auto arguments = file.metadata().find(view.name);
        if (arguments == file.metadata().end())
            badRecording(path, "its metadata lacks the arguments of " + view.name);
        const CosineSchedule schedule = parseSchedule(file, arguments->second);
        const std::vector<double> recorded = doubles(toTensor(view));
        std::vector<double> values;
        for (std::size_t i = 0; i < recorded.size(); ++i)
            values.push_back(schedule.at(static_cast<std::int64_t>(i)));
        report.comparisons.push_back(compareSeries(view.name, values, recorded, options.tolerance.value_or(1e-12)));
        ++progress.done;
        co_yield progress;
    }
    co_return report;
}

} // namespace dinoscope
