// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/eval/eval_options.h"

#include "engine/api/fields.h"

namespace dinoscope {

void declare(FieldList& fields, EvalOptions& options) {
    fields.add("eval.every_steps", options.everySteps, "Evaluate every")
        .unit("steps")
        .atLeast(0)
        .soft(0, 1000)
        .now()
        .help("Measures the k-NN accuracy of student and teacher after so many steps. 0 leaves it to the time between "
              "evaluations.");
    fields.add("eval.every_seconds", options.everySeconds, "Time between evaluations")
        .unit("s")
        .atLeast(0)
        .soft(0, 600)
        .now()
        .help("Seconds of training between two evaluations. 0 evaluates by steps only, or at the start and the end.");
    fields.add("eval.max_share", options.maxShare, "Largest share of time")
        .range(0.001, 1)
        .soft(0.01, 0.5)
        .now()
        .help("Scheduled evaluations wait longer when they would take more than this part of the time. Evaluations by "
              "steps are not held back.");
    fields.add("eval.k", options.neighbours, "Neighbours k")
        .range(1, 1000)
        .soft(1, 200)
        .log()
        .help("Number of nearest reference pictures that vote for the class of a query. 20 is usually best.");
    fields.add("eval.temperature", options.temperature, "Vote temperature")
        .range(0.02, 10)
        .soft(0.02, 1)
        .log()
        .help("A neighbour of cosine similarity s votes with the weight exp(s / temperature).");
    fields.add("eval.references", options.references, "Reference pictures")
        .unit("pictures")
        .atLeast(1)
        .soft(100, 60000)
        .log()
        .help(
            "The first pictures of the training data, with their classes, among which neighbours are looked for. A set "
            "that is sorted by class is mixed before.");
    fields.add("eval.queries", options.queries, "Query pictures")
        .unit("pictures")
        .atLeast(1)
        .soft(100, 10000)
        .log()
        .help("The first pictures of the test data, whose classes are guessed and compared with the true ones.");
    fields.add("eval.linear", options.linear, "Linear probe")
        .help("A linear classifier learns from the features of each network while that is trained, and is judged with "
              "the same queries. Nothing flows back into the networks. It learns from the "
              "global crops; that of a student which sees none of them (loss.pairing) from the first two local ones.");
    fields.add("eval.linear_rate", options.linearRate, "Linear probe's rate")
        .range(1e-6, 100)
        .soft(1e-3, 10)
        .log()
        .when("eval.linear=true")
        .help("Learning rate of the linear classifiers for 256 pictures a step; it is scaled by the batch size.");
}

} // namespace dinoscope
