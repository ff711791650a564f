// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/tensor_file.h"

#include "engine/support/check.h"

#include <array>
#include <cstring>

namespace dinoscope {
namespace {

constexpr std::array<std::pair<ElementType, torch::ScalarType>, 8> kPairs{{
    {ElementType::f64, torch::kFloat64},
    {ElementType::f32, torch::kFloat32},
    {ElementType::f16, torch::kFloat16},
    {ElementType::bf16, torch::kBFloat16},
    {ElementType::i64, torch::kInt64},
    {ElementType::i32, torch::kInt32},
    {ElementType::u8, torch::kUInt8},
    {ElementType::boolean, torch::kBool},
}};

torch::ScalarType scalarType(ElementType type) {
    for (const auto& [element, scalar] : kPairs)
        if (element == type)
            return scalar;
    throw EngineError(ErrorCode::internal, "checkpoint", "An element type has no tensor type");
}

ElementType elementType(const std::string& name, torch::ScalarType type) {
    for (const auto& [element, scalar] : kPairs)
        if (scalar == type)
            return element;
    throw EngineError(ErrorCode::badInput, "checkpoint",
                      "Tensor '" + name + "' has the element type " + torch::toString(type) +
                          ", which a safetensors file does not know: convert it first");
}

} // namespace

torch::Tensor toTensor(const TensorView& view) {
    torch::Tensor tensor = torch::empty(view.shape, scalarType(view.type));
    if (!view.bytes.empty())
        std::memcpy(tensor.data_ptr(), view.bytes.data(), view.bytes.size());
    return tensor;
}

NamedTensors readTensorFile(const std::string& path) {
    const SafetensorsFile file(path);
    NamedTensors tensors;
    for (const TensorView& view : file.tensors())
        tensors.emplace_back(view.name, toTensor(view));
    return tensors;
}

HostCopy copyToHost(const NamedTensors& tensors) {
    const torch::NoGradGuard noGrad;
    auto copies = std::make_shared<std::vector<torch::Tensor>>();
    HostCopy copy;
    for (const auto& [name, tensor] : tensors) {
        copies->push_back(tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true).contiguous());
        const torch::Tensor& host = copies->back();
        copy.views.push_back({name,
                              elementType(name, host.scalar_type()),
                              host.sizes().vec(),
                              {static_cast<const std::byte*>(host.data_ptr()), host.nbytes()}});
    }
    copy.owner = copies;
    return copy;
}

void writeTensorFile(const std::string& path, const NamedTensors& tensors,
                     const std::map<std::string, std::string>& metadata) {
    const HostCopy copy = copyToHost(tensors);
    writeSafetensors(path, copy.views, metadata);
}

} // namespace dinoscope
