// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/backbones/transformer_block.h"

#include "engine/support/random.h"

#include <cmath>

namespace dinoscope {

SelfAttention::SelfAttention(std::int64_t width, std::int64_t heads) : width_(width), heads_(heads) {
    qkv_ = register_module("qkv", std::make_shared<LinearLayer>(width, 3 * width));
    projection_ = register_module("proj", std::make_shared<LinearLayer>(width, width));
}

torch::Tensor SelfAttention::forward(const torch::Tensor& x) const {
    const std::int64_t batch = x.size(0), tokens = x.size(1);
    // (3, B, heads, T, d)
    const torch::Tensor qkv =
        qkv_->forward(x).view({batch, tokens, 3, heads_, width_ / heads_}).permute({2, 0, 3, 1, 4});
    const auto parts = qkv.unbind(0);
    const torch::Tensor mixed = torch::scaled_dot_product_attention(parts[0], parts[1], parts[2]);
    return projection_->forward(mixed.transpose(1, 2).reshape({batch, tokens, width_}));
}

torch::Tensor SelfAttention::forwardClassToken(const torch::Tensor& x) const {
    const std::int64_t batch = x.size(0), tokens = x.size(1), depth = width_ / heads_;
    const torch::Tensor q =
        qkv_->forwardRows(x.select(1, 0), 0, width_).view({batch, 1, heads_, depth}).transpose(1, 2);
    const auto parts = qkv_->forwardRows(x, width_, 2 * width_)
                           .view({batch, tokens, 2, heads_, depth})
                           .permute({2, 0, 3, 1, 4})
                           .unbind(0);
    const torch::Tensor mixed = torch::scaled_dot_product_attention(q, parts[0], parts[1]);
    return projection_->forward(mixed.transpose(1, 2).reshape({batch, 1, width_}));
}

torch::Tensor SelfAttention::weights(const torch::Tensor& x, bool classTokenOnly) const {
    const std::int64_t batch = x.size(0), tokens = x.size(1), depth = width_ / heads_;
    const torch::Tensor from = classTokenOnly ? x.narrow(1, 0, 1) : x;
    const torch::Tensor q =
        qkv_->forwardRows(from, 0, width_).view({batch, from.size(1), heads_, depth}).transpose(1, 2);
    const torch::Tensor k = qkv_->forwardRows(x, width_, width_).view({batch, tokens, heads_, depth}).transpose(1, 2);
    return torch::softmax(torch::matmul(q, k.transpose(2, 3)) / std::sqrt(static_cast<double>(depth)), -1);
}

void SelfAttention::initialize(torch::Generator& generator) {
    qkv_->initialize(generator);
    projection_->initialize(generator);
}

class TransformerBlock::Mlp : public torch::nn::Module {
public:
    Mlp(std::int64_t width, std::int64_t hidden) {
        fc1_ = register_module("fc1", std::make_shared<LinearLayer>(width, hidden));
        fc2_ = register_module("fc2", std::make_shared<LinearLayer>(hidden, width));
    }
    torch::Tensor forward(const torch::Tensor& x) const { return fc2_->forward(torch::gelu(fc1_->forward(x))); }
    void initialize(torch::Generator& generator) {
        fc1_->initialize(generator);
        fc2_->initialize(generator);
    }

private:
    std::shared_ptr<LinearLayer> fc1_, fc2_;
};

TransformerBlock::TransformerBlock(std::int64_t width, std::int64_t heads, std::int64_t mlpWidth, std::int64_t index,
                                   double dropRate)
    : index_(index), dropRate_(dropRate) {
    norm1_ = register_module("norm1", std::make_shared<LayerNormLayer>(width));
    attention_ = register_module("attn", std::make_shared<SelfAttention>(width, heads));
    norm2_ = register_module("norm2", std::make_shared<LayerNormLayer>(width));
    mlp_ = register_module("mlp", std::make_shared<Mlp>(width, mlpWidth));
}

torch::Tensor TransformerBlock::forward(const torch::Tensor& x, const DropKey& key) const {
    return finish(x + drop(attention_->forward(norm1_->forward(x)), key, 0), key);
}

torch::Tensor TransformerBlock::forwardClassToken(const torch::Tensor& x, const DropKey& key) const {
    const torch::Tensor branch = attention_->forwardClassToken(norm1_->forward(x));
    return finish(x.narrow(1, 0, 1) + drop(branch, key, 0), key);
}

torch::Tensor TransformerBlock::finish(const torch::Tensor& x, const DropKey& key) const {
    return x + drop(mlp_->forward(norm2_->forward(x)), key, 1);
}

torch::Tensor TransformerBlock::attentionWeights(const torch::Tensor& x, bool classTokenOnly) const {
    return attention_->weights(norm1_->forward(x), classTokenOnly);
}

torch::Tensor TransformerBlock::drop(const torch::Tensor& branch, const DropKey& key, int which) const {
    if (dropRate_ <= 0 || !is_training())
        return branch;
    const std::int64_t batch = branch.size(0);
    const double keep = 1 - dropRate_;
    RandomStream random(key.seed, key.step, key.pass, static_cast<std::uint32_t>(2 * index_ + which),
                        RandomPurpose::dropPath);
    torch::Tensor factors = torch::empty({batch, 1, 1}, torch::kFloat32);
    float* values = factors.data_ptr<float>();
    for (std::int64_t i = 0; i < batch; ++i)
        values[i] = random.uniform() < keep ? static_cast<float>(1 / keep) : 0.0f;
    return branch * factors.to(branch.options());
}

void TransformerBlock::initialize(torch::Generator& generator) {
    torch::NoGradGuard noGrad;
    for (const auto& norm : {norm1_, norm2_}) {
        norm->weight.fill_(1);
        norm->bias.zero_();
    }
    attention_->initialize(generator);
    mlp_->initialize(generator);
}

} // namespace dinoscope
