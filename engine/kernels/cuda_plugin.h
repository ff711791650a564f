// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace at {
class Tensor;
}

namespace dinoscope {

/// The entries of libdinoscope_cuda.so. Every function works on the current stream of its tensors' device and returns
/// before the work is done. Tensors are contiguous float32 on one CUDA device; anything else throws c10::Error.
struct CudaKernels {
    static constexpr std::uint32_t kVersion = 1;
    std::uint32_t version = 0;

    /// teacher = momentum * teacher + (1 - momentum) * student, in place; same formula and order of roundings as
    /// averageUpdateReference.
    void (*averageUpdate)(const at::Tensor& teacher, const at::Tensor& student, double momentum) = nullptr;
};

/// The name under which the shared object hands out its table: `const CudaKernels* dinoscopeCudaKernels()`, C linkage.
inline constexpr const char* kCudaPluginEntry = "dinoscopeCudaKernels";

/// Opens libdinoscope_cuda.so, which lies beside the program, and with it LibTorch's CUDA part; later calls return the
/// same table. Call it when the device 'cuda' is chosen and before anything asks LibTorch about CUDA, because LibTorch
/// looks for its CUDA part once. Any thread; may block for a second.
/// @throws EngineError (notFound) with a sentence that names the missing file and the way out.
const CudaKernels& cudaKernels();

/// The same update with LibTorch's own operations, on any device: what the kernel is tested against.
void averageUpdateReference(const at::Tensor& teacher, const at::Tensor& student, double momentum);

} // namespace dinoscope
