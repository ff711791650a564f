// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/optim/optimizer.h"

#include "engine/kernels/cuda_plugin.h"
#include "engine/kernels/update_kernels.h"
#include "engine/support/check.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

namespace dinoscope {
namespace {

/// Values one task works on. A multiple of every vector width; sums over a tensor are made of one sum a piece.
constexpr std::int64_t kPiece = 16384;

template <class Function> void forTypeOf(const torch::Tensor& tensor, Function function) {
    if (tensor.scalar_type() == torch::kFloat64)
        function(double{});
    else
        function(float{});
}

/// Calls function(begin, count) for every piece of n values, from several threads.
template <class Function> void forPieces(std::int64_t n, const Function& function) {
    const std::int64_t pieces = (n + kPiece - 1) / kPiece;
    if (pieces <= 1) {
        function(std::int64_t{0}, n);
        return;
    }
    at::parallel_for(0, pieces, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t piece = first; piece < last; ++piece)
            function(piece * kPiece, std::min(kPiece, n - piece * kPiece));
    });
}

/// Sum over all pieces of function(begin, count), added in order.
template <class Function> double sumPieces(std::int64_t n, const Function& function) {
    std::vector<double> sums(static_cast<std::size_t>((n + kPiece - 1) / kPiece));
    forPieces(n, [&](std::int64_t begin, std::int64_t count) {
        sums[static_cast<std::size_t>(begin / kPiece)] = function(begin, count);
    });
    double total = 0;
    for (double sum : sums)
        total += sum;
    return total;
}

double squaredNorm(const torch::Tensor& tensor) {
    if (!tensor.is_cpu())
        return tensor.to(torch::kFloat64).square().sum().item<double>();
    double total = 0;
    forTypeOf(tensor, [&](auto zero) {
        const auto* values = tensor.const_data_ptr<decltype(zero)>();
        total = sumPieces(tensor.numel(),
                          [&](std::int64_t begin, std::int64_t count) { return sumOfSquares(values + begin, count); });
    });
    return total;
}

double squaredNormDecayed(const torch::Tensor& gradient, const torch::Tensor& parameter, double scale, double decay) {
    if (!parameter.is_cpu())
        return (gradient * scale + parameter * decay).to(torch::kFloat64).square().sum().item<double>();
    double total = 0;
    forTypeOf(parameter, [&](auto zero) {
        const auto* g = gradient.const_data_ptr<decltype(zero)>();
        const auto* p = parameter.const_data_ptr<decltype(zero)>();
        total = sumPieces(parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
            return sumOfSquaresDecayed(g + begin, p + begin, scale, decay, count);
        });
    });
    return total;
}

/// Applies a momentum step to a whole tensor.
void applyMomentum(OptimizerSlot& slot, const torch::Tensor& gradient, const MomentumFactors& factors) {
    if (!slot.parameter.is_cpu()) {
        const torch::Tensor g = gradient * factors.gradientScale + slot.parameter * factors.decay;
        slot.state[0].mul_(factors.momentum).add_(g, factors.ratio);
        slot.parameter.sub_(slot.state[0], factors.learningRate);
        return;
    }
    forTypeOf(slot.parameter, [&](auto zero) {
        using T = decltype(zero);
        T* p = slot.parameter.data_ptr<T>();
        const T* g = gradient.const_data_ptr<T>();
        T* b = slot.state[0].data_ptr<T>();
        forPieces(slot.parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
            momentumUpdate(p + begin, g + begin, b + begin, count, factors);
        });
    });
}

class AdamW : public Optimizer {
public:
    explicit AdamW(std::vector<OptimizerSlot> slots) : Optimizer(std::move(slots)) {}
    const std::vector<std::string>& stateNames() const override {
        static const std::vector<std::string> names{"exp_avg", "exp_avg_sq"};
        return names;
    }

private:
    void update(OptimizerSlot& slot, const torch::Tensor& gradient, double gradientScale,
                const UpdateRates& rates) override {
        AdamWFactors f;
        const auto t = static_cast<double>(slot.updates);
        f.gradientScale = gradientScale;
        f.decayFactor = 1 - rates.learningRate * (slot.decays ? rates.weightDecay : 0);
        f.stepSize = rates.learningRate / (1 - std::pow(f.beta1, t));
        f.rootCorrection = std::sqrt(1 - std::pow(f.beta2, t));
        if (!slot.parameter.is_cpu())
            return plainUpdate(slot, gradient * gradientScale, f);
        forTypeOf(slot.parameter, [&](auto zero) {
            using T = decltype(zero);
            T* p = slot.parameter.data_ptr<T>();
            const T* g = gradient.const_data_ptr<T>();
            T* m = slot.state[0].data_ptr<T>();
            T* v = slot.state[1].data_ptr<T>();
            forPieces(slot.parameter.numel(), [&](std::int64_t begin, std::int64_t count) {
                adamWUpdate(p + begin, g + begin, m + begin, v + begin, count, f);
            });
        });
    }
    static void plainUpdate(OptimizerSlot& slot, const torch::Tensor& gradient, const AdamWFactors& f) {
        slot.state[0].mul_(f.beta1).add_(gradient, 1 - f.beta1);
        slot.state[1].mul_(f.beta2).addcmul_(gradient, gradient, 1 - f.beta2);
        const torch::Tensor root = slot.state[1].sqrt().div_(f.rootCorrection).add_(f.epsilon);
        slot.parameter.mul_(f.decayFactor).addcdiv_(slot.state[0], root, -f.stepSize);
    }
};

/// torch.optim.SGD with momentum 0.9: decay joins the gradient, the first buffer is the gradient itself.
class Sgd : public Optimizer {
public:
    explicit Sgd(std::vector<OptimizerSlot> slots) : Optimizer(std::move(slots)) {}
    const std::vector<std::string>& stateNames() const override {
        static const std::vector<std::string> names{"momentum_buffer"};
        return names;
    }

private:
    void update(OptimizerSlot& slot, const torch::Tensor& gradient, double gradientScale,
                const UpdateRates& rates) override {
        MomentumFactors f;
        f.gradientScale = gradientScale;
        f.decay = slot.decays ? rates.weightDecay : 0;
        f.learningRate = rates.learningRate;
        applyMomentum(slot, gradient, f);
    }
};

/// utils.py, LARS: decay and trust ratio only for tensors of more than one dimension.
class Lars : public Optimizer {
public:
    explicit Lars(std::vector<OptimizerSlot> slots) : Optimizer(std::move(slots)) {}
    const std::vector<std::string>& stateNames() const override {
        static const std::vector<std::string> names{"mu"};
        return names;
    }

private:
    static constexpr double kTrust = 0.001;

    /// Of the parameter and of its decayed gradient. In float64, which serves comparisons with recordings, LibTorch's
    /// own norm: its last bit counts there. On the calling thread alone, so that the sum has one order.
    static std::pair<double, double> norms(const torch::Tensor& parameter, const torch::Tensor& gradient, double scale,
                                           double decay) {
        if (parameter.scalar_type() != torch::kFloat64)
            return {std::sqrt(squaredNorm(parameter)),
                    std::sqrt(squaredNormDecayed(gradient, parameter, scale, decay))};
        std::pair<double, double> result;
        const torch::Tensor decayed = gradient.mul(scale).add_(parameter, decay);
        at::parallel_for(0, 1, 1, [&](std::int64_t, std::int64_t) {
            result = {parameter.norm().item<double>(), decayed.norm().item<double>()};
        });
        return result;
    }

    void update(OptimizerSlot& slot, const torch::Tensor& gradient, double gradientScale,
                const UpdateRates& rates) override {
        MomentumFactors f;
        f.gradientScale = gradientScale;
        f.learningRate = rates.learningRate;
        if (slot.parameter.dim() != 1) {
            f.decay = slot.decays ? rates.weightDecay : 0;
            const auto [weight, step] = norms(slot.parameter, gradient, gradientScale, f.decay);
            f.ratio = weight > 0 && step > 0 ? kTrust * weight / step : 1;
        }
        applyMomentum(slot, gradient, f);
    }
};

bool endsWith(const std::string& text, const std::string& end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

} // namespace

double Optimizer::step(const UpdateRates& rates) {
    torch::NoGradGuard noGrad;
    const std::vector<double> squared = squaredNorms();
    double total = 0;
    for (double value : squared)
        total += value;
    if (!std::isfinite(total))
        return std::sqrt(total);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        OptimizerSlot& slot = slots_[i];
        if (!slot.parameter.grad().defined() || (slot.lastLayer && rates.freezeLastLayer))
            continue;
        const torch::Tensor gradient = slot.parameter.grad().contiguous();
        // clip_gradients: each tensor by its own norm.
        const double clip = rates.clipNorm > 0 ? std::min(1.0, rates.clipNorm / (std::sqrt(squared[i]) + 1e-6)) : 1.0;
        while (slot.state.size() < stateNames().size())
            slot.state.push_back(torch::zeros_like(slot.parameter, at::MemoryFormat::Contiguous));
        ++slot.updates;
        update(slot, gradient, clip, rates);
    }
    return std::sqrt(total);
}

std::vector<double> Optimizer::squaredNorms() const {
    std::vector<double> norms(slots_.size(), 0.0);
    std::vector<torch::Tensor> onDevice; // one transfer for all
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const torch::Tensor& gradient = slots_[i].parameter.grad();
        if (!gradient.defined())
            continue;
        if (gradient.is_cpu()) {
            norms[i] = squaredNorm(gradient.contiguous());
        } else {
            onDevice.push_back(gradient.to(torch::kFloat64).square().sum());
            places.push_back(i);
        }
    }
    if (onDevice.empty())
        return norms;
    const torch::Tensor host = torch::stack(onDevice).cpu();
    for (std::size_t i = 0; i < places.size(); ++i)
        norms[places[i]] = host.const_data_ptr<double>()[i];
    return norms;
}

void Optimizer::clearGradients() {
    for (OptimizerSlot& slot : slots_)
        slot.parameter.mutable_grad() = torch::Tensor();
}

std::vector<OptimizerSlot> makeSlots(const torch::nn::Module& network) {
    std::vector<OptimizerSlot> decaying, plain;
    for (const auto& item : network.named_parameters()) {
        if (!item.value().requires_grad())
            continue;
        OptimizerSlot slot;
        slot.name = item.key();
        slot.parameter = item.value();
        slot.decays = !endsWith(slot.name, ".bias") && slot.parameter.dim() != 1;
        slot.lastLayer = slot.name.find("last_layer") != std::string::npos;
        (slot.decays ? decaying : plain).push_back(std::move(slot));
    }
    decaying.insert(decaying.end(), plain.begin(), plain.end());
    return decaying;
}

std::unique_ptr<Optimizer> makeOptimizer(const std::string& kind, std::vector<OptimizerSlot> slots) {
    if (kind == "adamw")
        return std::make_unique<AdamW>(std::move(slots));
    if (kind == "sgd")
        return std::make_unique<Sgd>(std::move(slots));
    if (kind == "lars")
        return std::make_unique<Lars>(std::move(slots));
    throw EngineError(ErrorCode::badParameter, "optim",
                      "There is no optimiser '" + kind + "': choose adamw, sgd or lars");
}

void averageParameters(const std::vector<torch::Tensor>& teacher, const std::vector<torch::Tensor>& student,
                       double momentum) {
    torch::NoGradGuard noGrad;
    checkEqual(teacher.size(), student.size(), "optim", "Tensors of teacher and student");
    for (std::size_t i = 0; i < teacher.size(); ++i) {
        if (!teacher[i].is_cpu()) {
            cudaKernels().averageUpdate(teacher[i], student[i], momentum);
            continue;
        }
        forTypeOf(teacher[i], [&](auto zero) {
            using T = decltype(zero);
            T* t = teacher[i].data_ptr<T>();
            const T* s = student[i].const_data_ptr<T>();
            forPieces(teacher[i].numel(), [&](std::int64_t begin, std::int64_t count) {
                averageUpdate(t + begin, s + begin, count, momentum);
            });
        });
    }
}

} // namespace dinoscope
