// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels/cuda_plugin.h"

#include "engine/support/check.h"

#include <dlfcn.h>
#include <filesystem>
#include <torch/torch.h>

namespace dinoscope {
namespace {

EngineError unusable(const std::string& reason, std::string detail) {
    return EngineError(ErrorCode::notFound, "kernels",
                       "The device 'cuda' cannot be used: " + reason + "; or choose the device 'cpu'.",
                       std::move(detail));
}

const CudaKernels* open() {
    const auto file = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libdinoscope_cuda.so";
    if (!std::filesystem::exists(file))
        throw unusable("this program was built without CUDA ('" + file.string() +
                           "' is missing). Build it where nvcc 13 is installed",
                       {});
    void* object = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); // never closed: LibTorch keeps pointers into it
    if (!object) {
        const std::string detail = dlerror();
        throw unusable("a library of NVIDIA is missing (" + detail + "). Install them with 'packaging/setup --cuda'",
                       detail);
    }
    using Entry = const CudaKernels* (*)();
    const auto entry = reinterpret_cast<Entry>(dlsym(object, kCudaPluginEntry));
    const CudaKernels* kernels = entry ? entry() : nullptr;
    if (!kernels || kernels->version != CudaKernels::kVersion)
        throw unusable("'" + file.string() + "' comes from another build. Build the program anew", {});
    return kernels;
}

} // namespace

const CudaKernels& cudaKernels() {
    static const CudaKernels* kernels = open(); // after a throw the next call tries again
    return *kernels;
}

void averageUpdateReference(const at::Tensor& teacher, const at::Tensor& student, double momentum) {
    const torch::NoGradGuard guard;
    teacher.mul_(momentum).add_(student, 1 - momentum);
}

} // namespace dinoscope
