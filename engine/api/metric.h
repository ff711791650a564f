// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/ids.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dinoscope {

/// Which network a value belongs to; decides colour and line style everywhere.
enum class NetworkRole { none, student, teacher };

/// The one declaration of a metric.
struct MetricSpec {
    std::string id;    ///< "loss", "knn_teacher", ...; also the column name in files and JSON
    std::string label; ///< sentence case
    std::string group; ///< curves of one group share a plot: "Loss", "Accuracy", ...
    std::string unit;  ///< empty if none
    std::string help;
    NetworkRole role = NetworkRole::none;
    bool logAxis = false;     ///< drawn on a logarithmic axis at first
    bool needsLabels = false; ///< has no value where the pictures have no classes
};

/// One value of one metric. `metric` indexes EngineCatalog::metrics.
struct MetricPoint {
    std::uint32_t metric = 0;
    Step step{};
    double value = 0;   ///< may be non-finite; viewers skip such points
    double seconds = 0; ///< training time since the run began, evaluation and pauses not counted
};

/// A level drawn across a plot, such as ln K or the accuracy of the pixels themselves.
struct ReferenceLine {
    std::string group; ///< MetricSpec::group of the plot
    std::string label;
    double value = 0;
};

} // namespace dinoscope
