// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/Parallel.h>

namespace dinoscope {

/// Lets LibTorch compute with so many threads while it lives. Not across the slices of a coroutine.
class ComputeThreads {
public:
    explicit ComputeThreads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
    ~ComputeThreads() { at::set_num_threads(before_); }
    ComputeThreads(const ComputeThreads&) = delete;
    ComputeThreads& operator=(const ComputeThreads&) = delete;

private:
    int before_;
};

} // namespace dinoscope
