// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/objectives/dino_loss.h"

#include "engine/api/fields.h"
#include "engine/kernels/dino_loss_kernel.h"
#include "engine/support/check.h"

#include <algorithm>

namespace dinoscope {

Pairing parsePairing(const std::string& word) {
    if (word == "official")
        return Pairing::official;
    if (word == "locals_to_globals")
        return Pairing::localsToGlobals;
    throw EngineError(ErrorCode::badParameter, "objectives",
                      "There is no pairing '" + word + "': choose official or locals_to_globals");
}

std::int64_t sharedViews(Pairing pairing) { return pairing == Pairing::official ? 2 : 0; }

Error nothingToCompare() {
    return {ErrorCode::badParameter,
            "objectives",
            "loss.pairing is locals_to_globals, under which the student sees local crops only, and there are none: "
            "raise augment.local_crops under the multi_crop of augment.recipe, or choose official for loss.pairing",
            {},
            {}};
}

void declare(FieldList& fields, LossOptions& o) {
    fields.add("loss.pairing", o.pairing, "Pairs of views")
        .choices({"official", "locals_to_globals"})
        .now()
        .help("Which views the loss compares. official, as the DINO code does: the student sees all views, and each is "
              "compared with every view of the teacher but itself, so it also learns from one global crop what the "
              "teacher says of the other. locals_to_globals, as some articles describe DINO: the student sees the "
              "local crops only, each compared with both global ones; the global crops are not computed for it, which "
              "costs less and gives other results. It needs local crops.");
    fields.add("loss.student_temperature", o.studentTemperature, "Student temperature")
        .range(0.001, 10)
        .soft(0.02, 1)
        .log()
        .now()
        .help("Divides the student's logits before the softmax.");
    fields.add("loss.teacher_temperature", o.teacherTemperature, "Teacher temperature")
        .range(0.001, 10)
        .soft(0.01, 0.5)
        .log()
        .now()
        .help("Divides the teacher's centred logits before the softmax: lower is sharper. Above 0.07 training tends to "
              "become unstable.");
    fields.add("loss.warmup_teacher_temperature", o.warmupTeacherTemperature, "Teacher temperature at first")
        .range(0.001, 10)
        .soft(0.01, 0.5)
        .log()
        .now()
        .help("The teacher's temperature in the first epoch of its warm-up.");
    fields.add("loss.warmup_teacher_temperature_epochs", o.warmupTeacherTemperatureEpochs, "Temperature warm-up")
        .unit("epochs")
        .range(0, 100000)
        .soft(0, 50)
        .help("Epochs over which the teacher's temperature goes from its first value to its last; 0: none.");
    fields.add("loss.center_momentum", o.centerMomentum, "Centre momentum")
        .range(0, 1)
        .soft(0.5, 1)
        .now()
        .help("Share of the old centre that a step keeps. 1 leaves the centre where it is: without centring one "
              "prototype can take over.");
}

DinoLoss::DinoLoss(std::int64_t outDim, torch::TensorOptions options) : center_(torch::zeros({1, outDim}, options)) {}

DinoLossResult DinoLoss::evaluate(const torch::Tensor& studentLogits, const torch::Tensor& teacherLogits,
                                  double studentTemperature, double teacherTemperature, Pairing pairing,
                                  Path path) const {
    const std::int64_t shared = sharedViews(pairing);
    const std::int64_t batch = teacherLogits.size(0) / 2;
    checkEqual(studentLogits.size(1), center_.size(1), "objectives", "Student outputs and the centre's width");
    checkEqual(teacherLogits.size(1), center_.size(1), "objectives", "Teacher outputs and the centre's width");
    checkEqual(batch > 0 && teacherLogits.size(0) == 2 * batch && studentLogits.size(0) % batch == 0 &&
                   studentLogits.size(0) >= std::max<std::int64_t>(1, shared) * batch,
               true, "objectives", "Rows of student and teacher outputs fit together");
    torch::NoGradGuard noGrad;
    const torch::Tensor student = studentLogits.detach().to(center_.scalar_type()).contiguous();
    const torch::Tensor teacher = teacherLogits.detach().to(center_.scalar_type()).contiguous();
    const DinoLossSizes sizes{student.size(0) / batch, batch, student.size(1), shared};
    const bool fused = path == Path::automatic && center_.scalar_type() == torch::kFloat32 && center_.is_cpu();
    DinoLossValues values;
    values = fused ? fusedDinoLoss(student, teacher, center_, sizes, studentTemperature, teacherTemperature)
                   : plainDinoLoss(student, teacher, center_, sizes, studentTemperature, teacherTemperature);
    return {values.loss, values.teacherEntropy, values.loss - values.teacherEntropy,
            values.gradient.to(studentLogits.scalar_type())};
}

void DinoLoss::updateCenter(const torch::Tensor& teacherLogits, double momentum) {
    torch::NoGradGuard noGrad;
    const torch::Tensor mean = teacherLogits.detach().to(center_.scalar_type()).mean(0, true);
    // Both products are rounded before they are added, as the official code rounds them.
    center_.mul_(momentum).add_(mean * (1 - momentum));
}

void DinoLoss::setCenter(const torch::Tensor& center) {
    if (center.numel() != center_.numel())
        throw EngineError(ErrorCode::badInput, "objectives",
                          "A centre of " + std::to_string(center.numel()) + " values does not fit a head with " +
                              std::to_string(center_.numel()) + " outputs: use the head.out_dim it was saved with");
    torch::NoGradGuard noGrad;
    center_.copy_(center.reshape(center_.sizes()));
}

} // namespace dinoscope
