// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace dinoscope {

class FieldList;

/// When and how the accuracies of a run are measured.
struct EvalOptions {
    std::int64_t everySteps = 0; ///< 0: only by time
    double everySeconds = 20;    ///< of training time; 0: only by steps
    double maxShare = 0.1;       ///< largest part of the running time that scheduled evaluations may take
    std::int64_t neighbours = 20;
    double temperature = 0.07;
    std::int64_t references = 5000;
    std::int64_t queries = 2000;
    bool linear = true; ///< a linear classifier learns beside each network
    double linearRate = 0.1;
};

void declare(FieldList& fields, EvalOptions& options);

} // namespace dinoscope
