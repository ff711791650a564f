// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dinoscope {

/// One tensor the optimiser updates, and what it remembers of it.
struct OptimizerSlot {
    std::string name; ///< official name
    torch::Tensor parameter;
    bool decays = false;    ///< in the group with weight decay (utils.py, get_params_groups)
    bool lastLayer = false; ///< frozen at first (utils.py, cancel_gradients_last_layer)
    /// In the order of stateNames(); undefined until the first update.
    std::vector<torch::Tensor> state;
    std::int64_t updates = 0; ///< steps this tensor took part in
};

/// What one update needs to know.
struct UpdateRates {
    double learningRate = 0, weightDecay = 0;
    double clipNorm = 0; ///< 0: none
    bool freezeLastLayer = false;
};

/// Updates parameters in place from their gradients: on a CPU, for float32 and float64, one fused, multi-threaded pass;
/// on other devices the same formulas with LibTorch's operations. A tensor without gradient is skipped: no update, no
/// decay, no moments. Results on a CPU do not depend on the number of threads; SGD rounds as torch.optim's does, LARS
/// in float64 as the official code's. Engine thread only.
class Optimizer {
public:
    virtual ~Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;

    /// Names of the remembered tensors, as PyTorch's optimisers call them: "exp_avg", "exp_avg_sq" or
    /// "momentum_buffer".
    virtual const std::vector<std::string>& stateNames() const = 0;

    /// Takes one step. @returns the L2 norm over all gradients, before clipping and freezing. If it is not finite
    /// nothing has been changed.
    double step(const UpdateRates& rates);

    /// Tensors with decay first, then the others, each in the network's order: the official parameter order.
    std::vector<OptimizerSlot>& slots() { return slots_; }
    const std::vector<OptimizerSlot>& slots() const { return slots_; }

    /// Drops all gradients, so that the next backward pass starts from nothing.
    void clearGradients();

protected:
    explicit Optimizer(std::vector<OptimizerSlot> slots) : slots_(std::move(slots)) {}
    /// Updates one tensor; `gradientScale` is the clipping factor.
    virtual void update(OptimizerSlot& slot, const torch::Tensor& gradient, double gradientScale,
                        const UpdateRates& rates) = 0;

private:
    /// Of every slot's gradient; 0 for a slot without one.
    std::vector<double> squaredNorms() const;

    std::vector<OptimizerSlot> slots_;
};

/// Sorts the trainable parameters of a network into slots: names that end in ".bias" and one-dimensional tensors do not
/// decay; "last_layer" in the name marks the last layer.
std::vector<OptimizerSlot> makeSlots(const torch::nn::Module& network);

/// `kind`: adamw (betas 0.9 and 0.999, eps 1e-8), sgd (momentum 0.9), lars (momentum 0.9, trust 0.001).
/// @throws EngineError(badParameter) for another word.
std::unique_ptr<Optimizer> makeOptimizer(const std::string& kind, std::vector<OptimizerSlot> slots);

/// teacher <- momentum * teacher + (1 - momentum) * student for every parameter; buffers are left alone.
void averageParameters(const std::vector<torch::Tensor>& teacher, const std::vector<torch::Tensor>& student,
                       double momentum);

} // namespace dinoscope
