// SPDX-License-Identifier: GPL-3.0-or-later
// Each CUDA kernel against its plain reference. Needs a graphics card; CTest label gpu.
#include "engine/kernels/cuda_plugin.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace dinoscope {
namespace {

class GpuParity : public testing::Test {
protected:
    void SetUp() override {
        kernels_ = &cudaKernels();
        ASSERT_TRUE(torch::cuda::is_available()) << "LibTorch sees no graphics card";
        torch::manual_seed(0);
    }

    const CudaKernels* kernels_ = nullptr;
};

TEST_F(GpuParity, AverageUpdateEqualsTheReference) {
    for (const std::int64_t size : {0, 1, 255, 256, 257, 1000003, 4096 * 256 * 3 + 5}) {
        const auto teacher = torch::randn({size}, torch::kCUDA);
        const auto student = torch::randn({size}, torch::kCUDA);
        const auto expected = teacher.clone();
        averageUpdateReference(expected, student, 0.996);
        kernels_->averageUpdate(teacher, student, 0.996);
        EXPECT_TRUE(torch::allclose(teacher, expected, 1e-6, 1e-7)) << size << " values";
    }
}

TEST_F(GpuParity, TensorsOfOtherKindsAreRefused) {
    const auto teacher = torch::zeros({8}, torch::kCUDA);
    EXPECT_THROW(kernels_->averageUpdate(teacher, torch::zeros({8}), 0.5), c10::Error);
    EXPECT_THROW(kernels_->averageUpdate(teacher, torch::zeros({4}, torch::kCUDA), 0.5), c10::Error);
    EXPECT_THROW(kernels_->averageUpdate(teacher, torch::zeros({8}, torch::kCUDA).to(torch::kHalf), 0.5), c10::Error);
}

} // namespace
} // namespace dinoscope
