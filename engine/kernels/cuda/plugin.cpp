// SPDX-License-Identifier: GPL-3.0-or-later
// The entry of libdinoscope_cuda.so: checks tensors, finds their stream, launches the kernels.
#include "engine/kernels/cuda/average_update.h"
#include "engine/kernels/cuda_plugin.h"

#include <ATen/core/Tensor.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace dinoscope {
namespace {

void checkOperand(const at::Tensor& tensor, const at::Tensor& like) {
    TORCH_CHECK(tensor.is_cuda() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous(),
                "a CUDA kernel was given ", tensor.toString(),
                ", it takes contiguous float32 tensors on a CUDA device");
    TORCH_CHECK(tensor.device() == like.device() && tensor.sizes() == like.sizes(), "a CUDA kernel was given ",
                tensor.sizes(), " on ", tensor.device(), " beside ", like.sizes(), " on ", like.device());
}

void averageUpdate(const at::Tensor& teacher, const at::Tensor& student, double momentum) {
    checkOperand(teacher, teacher);
    checkOperand(student, teacher);
    const c10::cuda::CUDAGuard guard(teacher.device());
    C10_CUDA_CHECK(cuda::averageUpdate(teacher.mutable_data_ptr<float>(), student.const_data_ptr<float>(),
                                       teacher.numel(), static_cast<float>(momentum), static_cast<float>(1 - momentum),
                                       c10::cuda::getCurrentCUDAStream().stream()));
}

} // namespace
} // namespace dinoscope

extern "C" __attribute__((visibility("default"))) const dinoscope::CudaKernels* dinoscopeCudaKernels() {
    static constexpr dinoscope::CudaKernels kernels{dinoscope::CudaKernels::kVersion, dinoscope::averageUpdate};
    return &kernels;
}
