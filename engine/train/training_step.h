// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/backbones/backbone_options.h"
#include "engine/checkpoint/tensor_file.h"
#include "engine/heads/dino_head.h"
#include "engine/objectives/dino_loss.h"
#include "engine/optim/optim_options.h"
#include "engine/optim/optimizer.h"
#include "engine/optim/schedules.h"

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dinoscope {

class MultiCropNetwork;

/// Type the networks compute in. bfloat16 keeps parameters, loss and optimiser in float32 and multiplies in bfloat16.
enum class Precision { float32, float64, bfloat16 };

/// @throws EngineError(badParameter) for another word than float32, float64, bfloat16.
Precision parsePrecision(const std::string& word);

/// The device a word stands for, ready to compute. @throws EngineError(badParameter) for another word than cpu or cuda,
/// (notFound) where there is no such device.
torch::Device openDevice(const std::string& word);

/// Everything a training step is built from.
struct TrainingOptions {
    BackboneOptions backbone;
    HeadOptions head;
    LossOptions loss;
    OptimOptions optim;
    Precision precision = Precision::float32;
    std::string device = "cpu"; ///< cpu | cuda
    std::uint64_t seed = 0;
    std::int64_t batchSize = 64;
    std::int64_t stepsPerEpoch = 1; ///< whole batches in the data set
};

/// What one step measured, and the rates it used.
struct StepMetrics {
    std::int64_t step = 0; ///< 0-based number of this step
    double loss = 0;
    double teacherEntropy = 0, klDivergence = 0;
    double centerNorm = 0;   ///< L2, after the centre's update
    double gradientNorm = 0; ///< L2 over all trainable parameters, before clipping and before freezing
    double learningRate = 0, weightDecay = 0, teacherMomentum = 0;
    double studentTemperature = 0, teacherTemperature = 0;
    /// Where the time went; the update holds clipping, optimiser and EMA.
    double teacherSeconds = 0, studentSeconds = 0, lossSeconds = 0, backwardSeconds = 0, updateSeconds = 0;
};

/// One DINO training step in the official order (main_dino.py, train_one_epoch): rates, teacher forward on the global
/// views, student forward on all, or on the local ones alone (loss.pairing), loss with the old centre, centre, stop if
/// not finite, backward, clipping, frozen last layer, optimiser, EMA. Owns both networks, the loss, the optimiser and
/// the schedules. One thread calls, all calls block. On a CPU the same build, options, views and thread count give the
/// same bytes.
class TrainingStep {
public:
    /// Builds both networks; the student's weights come from `seed`, the teacher starts as its copy.
    /// @throws EngineError(badParameter) for options that do not fit together, (notFound) where there is no such
    /// device.
    explicit TrainingStep(const TrainingOptions& options);
    ~TrainingStep();

    /// `crops`: one tensor (B, C, H, W) a view, the two global views first, or larger blocks of neighbouring views of
    /// one size, (n * B, C, H, W) crop-major: the views of data::Batch as {globals (2B, ...), locals (n B, ...)}. Any
    /// floating type, on any device. @throws EngineError(badParameter) as nothingToCompare(); (nonFinite) if the loss,
    /// the teacher entropy or the gradient is not finite: parameters, buffers, centre, moments and step count are then
    /// as before.
    StepMetrics run(const std::vector<torch::Tensor>& crops);

    /// Number of steps taken.
    std::int64_t step() const { return step_; }
    std::int64_t epoch() const { return step_ / plan_.stepsPerEpoch; }
    const SchedulePlan& plan() const { return plan_; }
    const TrainingOptions& options() const { return options_; }
    /// The rates the coming step will use; measured fields are 0.
    StepMetrics plannedRates() const;

    /// Live changes; in force from the next step on. Only fields that may change live are taken: pairing, temperatures,
    /// centre momentum; learning rate and its end, weight decay and its end, EMA momentum, clipping. A schedule keeps
    /// its length and takes the new base.
    void change(const LossOptions& loss, const OptimOptions& optim);

    MultiCropNetwork& student() { return *student_; }
    MultiCropNetwork& teacher() { return *teacher_; }
    Optimizer& optimizer() { return *optimizer_; }
    DinoLoss& loss() { return loss_; }

    /// Where the networks live.
    torch::Device device() const { return device_; }

    /// Logits of the last step, those of the student's views (views * B, K) and (2 * B, K), crop-major; undefined
    /// before the first. Handles, no copies: they stay valid and constant. centerOfLastStep() is the centre that step's
    /// loss used, (1, K), pairingOfLastStep() what it compared.
    const torch::Tensor& lastStudentLogits() const { return lastStudentLogits_; }
    const torch::Tensor& lastTeacherLogits() const { return lastTeacherLogits_; }
    const torch::Tensor& centerOfLastStep() const { return lastCenter_; }
    Pairing pairingOfLastStep() const { return lastPairing_; }

    /// Live handles to everything a resumed run needs: "student.…" and "teacher.…" by official names, "center",
    /// "optimizer.WORD.NAME" for each remembered tensor of an updated parameter, "optimizer.updates" and "step"
    /// (int64).
    NamedTensors state() const;
    /// Copies values in; element types are converted. @returns names that belong to nothing here.
    /// @throws EngineError(badInput) that names the tensor if a shape differs, or, when `complete`, if a network tensor
    /// or the centre is missing.
    std::vector<std::string> loadState(const NamedTensors& state, bool complete);
    /// Goes on as if so many steps had been taken. @throws EngineError(badInput) for a negative number.
    void setStep(std::int64_t step);
    /// Makes the teacher an exact copy of the student, buffers too.
    void copyStudentToTeacher();

private:
    std::vector<torch::Tensor> prepare(const std::vector<torch::Tensor>& crops) const;
    struct Logits {
        torch::Tensor student, teacher; ///< (views * B, K) with its graph, (2 * B, K)
    };
    Logits forward(const std::vector<torch::Tensor>& blocks, Pairing pairing, StepMetrics& times);
    [[noreturn]] void failNonFinite(const char* what, const std::vector<torch::Tensor>& buffers,
                                    const torch::Tensor& center);
    void makeSchedules();

    TrainingOptions options_;
    torch::Device device_;
    SchedulePlan plan_;
    std::shared_ptr<MultiCropNetwork> student_, teacher_;
    std::vector<torch::Tensor> studentParameters_, teacherParameters_;
    std::vector<torch::Tensor> buffers_; ///< of both networks
    std::unique_ptr<Optimizer> optimizer_;
    DinoLoss loss_;
    CosineSchedule learningRate_, weightDecay_, teacherMomentum_;
    torch::Tensor lastStudentLogits_, lastTeacherLogits_, lastCenter_;
    Pairing lastPairing_ = Pairing::official;
    std::int64_t step_ = 0;
};

} // namespace dinoscope
