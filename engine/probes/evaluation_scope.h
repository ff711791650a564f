// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <utility>
#include <vector>

namespace dinoscope {

/// Puts a module and everything inside it into evaluation mode for a scope: BatchNorm reads its running statistics and
/// leaves them alone, stochastic depth does not act. The end of the scope gives every part the mode it had, whether or
/// not an exception ends it. The module outlives the scope; engine thread.
class EvaluationScope {
public:
    explicit EvaluationScope(torch::nn::Module& module);
    ~EvaluationScope();
    EvaluationScope(const EvaluationScope&) = delete;
    EvaluationScope& operator=(const EvaluationScope&) = delete;

private:
    torch::nn::Module& module_;
    bool wasTraining_;
    std::vector<std::pair<std::shared_ptr<torch::nn::Module>, bool>> parts_; ///< outer ones first
};

} // namespace dinoscope
