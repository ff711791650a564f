// SPDX-License-Identifier: GPL-3.0-or-later
// What a machine without a graphics card, without NVIDIA's libraries or without a CUDA build sees.
#include "engine/kernels/cuda_plugin.h"
#include "engine/support/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace dinoscope {
namespace {

TEST(CudaPlugin, OpensOrSaysWhyNotAndWhatToDo) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        try {
            EXPECT_EQ(cudaKernels().version, CudaKernels::kVersion);
        } catch (const EngineError& error) {
            EXPECT_EQ(error.error().code, ErrorCode::notFound);
            EXPECT_THAT(error.what(), testing::HasSubstr("device 'cuda' cannot be used"));
            EXPECT_THAT(error.what(), testing::HasSubstr("choose the device 'cpu'"));
        }
    }
    EXPECT_EQ(torch::ones({3}).sum().item<float>(), 3.0f) << "the CPU works on";
}

TEST(CudaPlugin, ReferenceUpdateMovesTheTeacherByOneShare) {
    const auto teacher = torch::full({4}, 2.0);
    averageUpdateReference(teacher, torch::full({4}, 10.0), 0.75);
    EXPECT_TRUE(torch::equal(teacher, torch::full({4}, 4.0)));
}

} // namespace
} // namespace dinoscope
