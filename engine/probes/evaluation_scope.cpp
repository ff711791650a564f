// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/evaluation_scope.h"

namespace dinoscope {

EvaluationScope::EvaluationScope(torch::nn::Module& module) : module_(module), wasTraining_(module.is_training()) {
    for (auto& part : module.modules(/*include_self=*/false)) {
        const bool training = part->is_training();
        parts_.emplace_back(std::move(part), training);
    }
    module.eval();
}

EvaluationScope::~EvaluationScope() {
    // train() reaches everything inside, so that outer parts come before the exceptions in them.
    module_.train(wasTraining_);
    for (const auto& [part, training] : parts_)
        if (part->is_training() != training)
            part->train(training);
}

} // namespace dinoscope
