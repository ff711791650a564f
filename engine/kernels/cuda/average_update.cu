// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/cuda/average_update.h"

#include <algorithm>

namespace dinoscope::cuda {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kMaxBlocks = 4096; ///< enough to fill every card; the loop strides over the rest

/// The product with the momentum is rounded before the sum, as LibTorch's mul_ and add_ round it.
__global__ void averageUpdateKernel(float* __restrict__ teacher, const float* __restrict__ student, std::int64_t n,
                                    float momentum, float share) {
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride)
        teacher[i] = __fmaf_rn(share, student[i], __fmul_rn(momentum, teacher[i]));
}

} // namespace

cudaError_t averageUpdate(float* teacher, const float* student, std::int64_t n, float momentum, float share,
                          cudaStream_t stream) {
    if (n == 0)
        return cudaSuccess;
    const auto blocks = static_cast<unsigned>(std::min((n + kThreads - 1) / kThreads, kMaxBlocks));
    averageUpdateKernel<<<blocks, kThreads, 0, stream>>>(teacher, student, n, momentum, share);
    return cudaGetLastError();
}

} // namespace dinoscope::cuda
