// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/softmax_probe.h"

#include "engine/probes/crops_probe.h"
#include "engine/probes/tensor_values.h"
#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {
namespace {

constexpr std::int64_t kValuesASlice = 1 << 22; // bounds the copies that counting makes

/// `center` is undefined, or (1, K).
std::vector<std::int32_t> countWins(const torch::Tensor& logits, const torch::Tensor& center) {
    const std::int64_t rows = logits.size(0), prototypes = logits.size(1);
    const std::int64_t slice = std::max<std::int64_t>(1, kValuesASlice / prototypes);
    std::vector<std::int32_t> wins(static_cast<std::size_t>(prototypes), 0);
    for (std::int64_t begin = 0; begin < rows; begin += slice) {
        torch::Tensor part = logits.slice(0, begin, std::min(begin + slice, rows)).to(torch::kFloat32);
        if (center.defined())
            part = part - center.to(part.options());
        const torch::Tensor largest = part.argmax(1).to(torch::kCPU).contiguous();
        for (std::int64_t i = 0; i < largest.numel(); ++i)
            ++wins[static_cast<std::size_t>(largest.data_ptr<std::int64_t>()[i])];
    }
    return wins;
}

void checkShapes(const BatchLogits& logits) {
    for (const torch::Tensor& tensor : {logits.student, logits.teacher}) {
        checkEqual(tensor.dim(), std::int64_t{2}, "probes", "Dimensions of the batch's logits");
        checkEqual(tensor.size(0) % logits.batchSize, std::int64_t{0}, "probes",
                   "Rows of logits left over by a batch of " + std::to_string(logits.batchSize));
    }
    checkEqual(logits.teacher.size(1), logits.student.size(1), "probes", "Outputs of teacher and student");
    if (logits.center.defined())
        checkEqual(logits.center.numel(), logits.student.size(1), "probes", "Values of the centre and outputs");
}

/// Everything of an answer that is not about wins. `student` (V, K), `teacher` (2, K), and the views of both.
SoftmaxAnswer describe(const CropsAnswer& crops, const torch::Tensor& student, const torch::Tensor& teacher,
                       const BatchLogits& batch) {
    checkEqual(student.size(0) + teacher.size(0) - batch.sharedViews, static_cast<std::int64_t>(crops.views.size()),
               "probes", "Views of both networks and pictures of views");
    checkEqual(teacher.size(1), student.size(1), "probes", "Outputs of teacher and student");
    SoftmaxAnswer answer;
    answer.caption = crops.caption;
    answer.prototypes = student.size(1);
    answer.studentViews = student.size(0);
    answer.teacherViews = teacher.size(0);
    answer.sharedViews = batch.sharedViews;
    answer.student = hostValues(student);
    answer.teacher = hostValues(teacher);
    if (batch.center.defined())
        answer.center = hostValues(batch.center);
    answer.studentTemperature = batch.studentTemperature;
    answer.teacherTemperature = batch.teacherTemperature;
    for (const ViewInfo& view : crops.views)
        answer.views.push_back(view.image);
    return answer;
}

void addWins(SoftmaxAnswer& answer, const BatchLogits& batch) {
    PrototypeWins wins = prototypeWins(batch);
    answer.teacherWins = std::move(wins.teacher);
    answer.studentWins = std::move(wins.student);
}

} // namespace

PrototypeWins prototypeWins(const BatchLogits& logits) {
    if (logits.batchSize == 0)
        return {};
    const torch::NoGradGuard noGrad;
    checkShapes(logits);
    const torch::Tensor center = logits.center.defined() ? logits.center.reshape({1, -1}) : logits.center;
    return {countWins(logits.teacher, center), countWins(logits.student, {})};
}

SoftmaxAnswer softmaxOfBatch(const BatchLogits& logits, std::int64_t row, const CropsAnswer& crops) {
    if (logits.batchSize == 0)
        throw EngineError(ErrorCode::notAllowed, "probes",
                          "There is no batch yet: do a step, or choose a picture of the set");
    checkBatchRow(row, logits.batchSize);
    checkShapes(logits);
    const torch::NoGradGuard noGrad;
    const auto rowsOf = [&](const torch::Tensor& all) { return all.slice(0, row, all.size(0), logits.batchSize); };
    SoftmaxAnswer answer = describe(crops, rowsOf(logits.student), rowsOf(logits.teacher), logits);
    addWins(answer, logits);
    return answer;
}

SoftmaxAnswer softmaxOfPicture(const CropsAnswer& crops, const std::vector<torch::Tensor>& blocks,
                               const NetworkLogits& networks, const BatchLogits& batch) {
    checkEqual(blocks.empty(), false, "probes", "Views of a picture are missing");
    const torch::NoGradGuard noGrad;
    const torch::Tensor teacher = networks.teacher({blocks.front()});
    const auto first = blocks.begin() + (batch.sharedViews > 0 ? 0 : 1);
    checkEqual(first != blocks.end(), true, "probes", "The student has views");
    const torch::Tensor student = networks.student({first, blocks.end()});
    checkEqual(teacher.size(0), blocks.front().size(0), "probes", "Rows of the teacher and its views");
    if (batch.center.defined())
        checkEqual(batch.center.numel(), student.size(1), "probes", "Values of the centre and outputs");
    SoftmaxAnswer answer = describe(crops, student, teacher, batch);
    answer.runningStatistics = true;
    addWins(answer, batch);
    return answer;
}

} // namespace dinoscope
