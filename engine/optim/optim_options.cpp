// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/optim/optim_options.h"

#include "engine/api/fields.h"
#include "engine/support/check.h"

namespace dinoscope {
namespace {

void declareRates(FieldList& fields, OptimOptions& o) {
    fields.add("optim.optimizer", o.optimizer, "Optimiser")
        .choices({"adamw", "sgd", "lars"})
        .help("AdamW for transformers; SGD or LARS, both with momentum 0.9, for convolutional networks.");
    fields.add("optim.lr", o.lr, "Learning rate")
        .range(0, 100)
        .soft(1e-6, 1)
        .log()
        .now()
        .help("Peak for 256 pictures a step; it is scaled by the batch size. The warm-up starts at 0.");
    fields.add("optim.min_lr", o.minLr, "Final learning rate")
        .range(0, 100)
        .soft(1e-8, 1e-2)
        .log()
        .now()
        .help("What the learning rate approaches at the planned end. It is not scaled.");
    fields.add("optim.weight_decay", o.weightDecay, "Weight decay")
        .range(0, 10)
        .soft(0, 1)
        .now()
        .help("Decay of all tensors but biases and one-dimensional ones, at the start.");
    fields.add("optim.weight_decay_end", o.weightDecayEnd, "Final weight decay")
        .range(0, 10)
        .soft(0, 1)
        .now()
        .help("What the weight decay approaches at the planned end.");
    fields.add("optim.clip_grad", o.clipGrad, "Gradient clipping")
        .range(0, 1000)
        .soft(0, 10)
        .now()
        .help("Largest norm of the gradient of one tensor; 0 switches clipping off.");
    fields.add("optim.momentum_teacher", o.momentumTeacher, "EMA momentum")
        .range(0, 1)
        .soft(0.9, 1)
        .now()
        .help("Share of itself that the teacher keeps in a step, at the start; it rises to 1 at the planned end. Small "
              "batches need a higher value.");
}

} // namespace

void declare(FieldList& fields, OptimOptions& o) {
    declareRates(fields, o);
    fields.add("optim.epochs", o.epochs, "Epochs")
        .unit("epochs")
        .range(1, 1000000)
        .soft(1, 800)
        .help("Planned length of the run; the schedules follow from it.");
    fields.add("optim.warmup_epochs", o.warmupEpochs, "Warm-up")
        .unit("epochs")
        .range(0, 1000000)
        .soft(0, 50)
        .help("Epochs in which the learning rate rises from 0.");
    fields.add("optim.warmup_steps", o.warmupSteps, "Warm-up steps")
        .unit("steps")
        .range(0, 1e12)
        .soft(0, 10000)
        .help("The warm-up counted in steps, for short runs; 0 takes the epochs.");
    fields.add("optim.freeze_last_layer", o.freezeLastLayer, "Frozen last layer")
        .unit("epochs")
        .range(0, 1000000)
        .soft(0, 10)
        .help("Epochs in which the head's last layer is left alone, which steadies the start.");
    fields.add("optim.freeze_last_layer_steps", o.freezeLastLayerSteps, "Frozen last layer, steps")
        .unit("steps")
        .range(0, 1e12)
        .soft(0, 10000)
        .help("The same counted in steps, for short runs; 0 takes the epochs.");
}

SchedulePlan planSchedule(const OptimOptions& options, std::int64_t stepsPerEpoch) {
    if (stepsPerEpoch < 1)
        throw EngineError(ErrorCode::badParameter, "optim",
                          "There are fewer pictures than one batch holds: lower the batch size");
    SchedulePlan plan;
    plan.stepsPerEpoch = stepsPerEpoch;
    plan.totalSteps = options.epochs * stepsPerEpoch;
    plan.warmupSteps = options.warmupSteps > 0 ? options.warmupSteps : options.warmupEpochs * stepsPerEpoch;
    plan.freezeSteps =
        options.freezeLastLayerSteps > 0 ? options.freezeLastLayerSteps : options.freezeLastLayer * stepsPerEpoch;
    return plan;
}

} // namespace dinoscope
