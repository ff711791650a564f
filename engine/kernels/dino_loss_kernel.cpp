// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/dino_loss_kernel.h"

#include "engine/kernels/vector_math.h"

#include <ATen/Parallel.h>

#include <vector>

namespace dinoscope {
namespace {

/// Scratch of one thread: two teacher distributions and their sum.
struct TeacherRows {
    explicit TeacherRows(std::int64_t outputs) : data(static_cast<std::size_t>(3 * outputs)), outputs(outputs) {}
    float* of(int which) { return data.data() + which * outputs; }
    std::vector<float> data;
    std::int64_t outputs;
};

struct RowSums {
    double loss = 0, entropy = 0;
};

/// Fills `rows` for one picture; @returns the sum of both entropies.
double makeTeacherRows(const float* teacher, const float* center, const DinoLossSizes& sizes, std::int64_t picture,
                       float temperature, TeacherRows& rows) {
    double entropy = 0;
    for (int view = 0; view < 2; ++view) {
        const float* logits = teacher + (view * sizes.batch + picture) * sizes.outputs;
        entropy += softmaxRow(logits, center, temperature, sizes.outputs, rows.of(view)).entropy;
    }
    addRows(rows.of(0), rows.of(1), sizes.outputs, rows.of(2));
    return entropy;
}

} // namespace

DinoLossValues fusedDinoLoss(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                             const DinoLossSizes& sizes, double studentTemperature, double teacherTemperature) {
    DinoLossValues result;
    result.gradient = torch::empty_like(student);
    const float* x = student.const_data_ptr<float>();
    const float* z = teacher.const_data_ptr<float>();
    const float* c = center.const_data_ptr<float>();
    float* gradient = result.gradient.data_ptr<float>();
    const double scale = 1 / (static_cast<double>(sizes.pairs()) * static_cast<double>(sizes.batch));
    const auto gradientScale = static_cast<float>(scale / studentTemperature);
    const auto temperature = static_cast<float>(studentTemperature);
    std::vector<RowSums> sums(static_cast<std::size_t>(sizes.batch));
    at::parallel_for(0, sizes.batch, 1, [&](std::int64_t begin, std::int64_t end) {
        TeacherRows rows(sizes.outputs);
        for (std::int64_t picture = begin; picture < end; ++picture) {
            RowSums& sum = sums[static_cast<std::size_t>(picture)];
            sum.entropy = makeTeacherRows(z, c, sizes, picture, static_cast<float>(teacherTemperature), rows);
            for (std::int64_t view = 0; view < sizes.views; ++view) {
                const std::int64_t partners = sizes.partners(view);
                const float* target = rows.of(partners == 1 ? 1 - static_cast<int>(view) : 2);
                const auto count = static_cast<float>(partners);
                const std::int64_t offset = (view * sizes.batch + picture) * sizes.outputs;
                sum.loss += crossEntropyRow(x + offset, target, count, temperature, gradientScale, sizes.outputs,
                                            gradient + offset);
            }
        }
    });
    for (const RowSums& sum : sums) {
        result.loss += sum.loss;
        result.teacherEntropy += sum.entropy;
    }
    result.loss *= scale;
    result.teacherEntropy /= static_cast<double>(2 * sizes.batch);
    return result;
}

DinoLossValues plainDinoLoss(const torch::Tensor& student, const torch::Tensor& teacher, const torch::Tensor& center,
                             const DinoLossSizes& sizes, double studentTemperature, double teacherTemperature) {
    torch::AutoGradMode withGradient(true);
    const torch::Tensor leaf = student.detach().requires_grad_(true);
    const torch::Tensor z = (teacher.detach() - center) / teacherTemperature;
    const auto targets = torch::softmax(z, -1).chunk(2);
    const auto views = (leaf / studentTemperature).chunk(sizes.views);
    const auto shared = static_cast<std::size_t>(sizes.shared);
    torch::Tensor total;
    for (std::size_t t = 0; t < targets.size(); ++t)
        for (std::size_t v = 0; v < views.size(); ++v) {
            if (v == t && v < shared)
                continue;
            const torch::Tensor term = (-targets[t] * torch::log_softmax(views[v], -1)).sum(-1).mean();
            total = total.defined() ? total + term : term;
        }
    total = total / static_cast<double>(sizes.pairs());
    const torch::Tensor entropy = -(torch::softmax(z, -1) * torch::log_softmax(z, -1)).sum(-1).mean();
    return {total.item<double>(), entropy.item<double>(), torch::autograd::grad({total}, {leaf})[0]};
}

} // namespace dinoscope
