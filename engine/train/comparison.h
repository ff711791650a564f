// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

namespace dinoscope {

/// How a recomputed series or tensor compares with its recording.
struct Comparison {
    std::string what;     ///< name of the series or tensor
    double relative = 0;  ///< largest relative difference by the recording's own rule
    double absolute = 0;  ///< largest absolute difference of one value
    std::string where;    ///< step or index of the largest difference
    double tolerance = 0; ///< on `relative`
    bool judged = true;   ///< false: reported only, for gradients that are zero up to rounding

    /// NaN never holds.
    bool holds() const { return !judged || relative <= tolerance; }
};

/// All comparisons of one recording.
struct ReplayReport {
    std::string kind; ///< "trace", "forward", "loss", "knn", "schedules"
    std::string path;
    std::vector<Comparison> comparisons;

    bool holds() const;
    /// One line a failed comparison; for tests and logs.
    std::string failures() const;
};

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
