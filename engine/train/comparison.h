// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"

#include <torch/torch.h>

#include <string>
#include <vector>

namespace dinoscope {

/// Value by value: |a - b| <= tolerance |b|.
Comparison compareSeries(const std::string& what, const std::vector<double>& values,
                         const std::vector<double>& recorded, double tolerance);

/// L2 norm of the difference over the L2 norm of the recording, in float64.
Comparison compareTensor(const std::string& what, const torch::Tensor& value, const torch::Tensor& recorded,
                         double tolerance);

/// A tensor against its recorded sample: first values (at most 16), sum, sum of absolute values.
Comparison compareSample(const std::string& what, const torch::Tensor& value, const torch::Tensor& sample,
                         double tolerance);

} // namespace dinoscope
