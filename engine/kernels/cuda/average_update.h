// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cuda_runtime_api.h>

namespace dinoscope::cuda {

/// Launches teacher = momentum * teacher + share * student over n values on the stream. Device pointers; no overlap.
/// @returns what the launch returned.
cudaError_t averageUpdate(float* teacher, const float* student, std::int64_t n, float momentum, float share,
                          cudaStream_t stream);

} // namespace dinoscope::cuda
