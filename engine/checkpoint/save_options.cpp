// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/save_options.h"

#include "engine/api/fields.h"

namespace dinoscope {

void declare(FieldList& fields, SaveOptions& o) {
    fields.add("save.every_minutes", o.everyMinutes, "Save every")
        .unit("min")
        .range(0, 100000)
        .soft(0, 60)
        .now()
        .help("Minutes of training between two checkpoints. 0 saves none for that; the end of a run always saves.");
    fields.add("save.every_epochs", o.everyEpochs, "Save every, epochs")
        .unit("epochs")
        .range(0, 1000000)
        .soft(0, 20)
        .now()
        .help("Epochs between two checkpoints, in addition to those by time. 0 saves none for that; the end of a run "
              "always "
              "saves.");
    fields.add("save.keep_last", o.keepLast, "Keep the newest")
        .unit("checkpoints")
        .range(2, 1000)
        .soft(2, 20)
        .now()
        .help("Older checkpoints are taken away, but not those that were saved by hand.");
    fields.add("save.keep_every_epochs", o.keepEveryEpochs, "Keep every")
        .unit("epochs")
        .range(0, 1000000)
        .soft(0, 50)
        .now()
        .help("A checkpoint is saved at the end of each such epoch and stays for good. 0 keeps none of them.");
    fields.add("save.keep_best", o.keepBest, "Keep the best")
        .now()
        .help("The checkpoint with the teacher's highest k-NN accuracy stays.");
    fields.add("save.tensorboard", o.tensorBoard, "Events for TensorBoard")
        .help("Writes every point of every curve into an event file in the run's folder, too. "
              "tensorboard --logdir RUN shows them while the run goes on.");
}

} // namespace dinoscope
