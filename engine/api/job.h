// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/ids.h"
#include "engine/api/param.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

// A job is longer work that is neither a step nor a probe. It is done in slices between steps, shows its progress in
// Snapshot::work and ends in exactly one JobResult. Requests and answers are plain values.

/// Measures the accuracy of the open run's networks now; the values come as metric points.
struct EvaluateRunRequest {};

/// Replays recordings of the official implementation with the classes that training uses.
struct VerifyRequest {
    std::string path; ///< a recording, or a folder of recordings
    std::string device = "cpu";
    std::string precision;           ///< float32 | float64 | bfloat16; empty: the recording's own
    std::optional<double> tolerance; ///< empty: the recording's own
    std::int64_t threads = 0;        ///< 0: one a processor
};

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
    std::string note;           ///< a sentence on how it was judged; usually empty
    std::optional<Error> error; ///< why it could not be replayed to its end

    /// At least one comparison, and all of them hold.
    bool holds() const;
    /// One line a failed comparison; for tests and logs.
    std::string failures() const;
};

struct VerifyReport {
    std::vector<ReplayReport> recordings;
    std::vector<std::string> skipped; ///< paths of a kind that is not known

    /// At least one recording, and all of them hold.
    bool holds() const;
};

/// Says what a file of networks holds. Nothing in it is executed.
struct InspectRequest {
    std::string path;
};
struct FileTensor {
    std::string name;
    std::string type; ///< in the words of safetensors: "F32", ...
    std::vector<std::int64_t> shape;
};
struct FileReport {
    std::string path;
    std::string kind; ///< "PyTorch checkpoint (ZIP container)", ...
    std::vector<FileTensor> tensors;
    std::vector<std::pair<std::string, std::string>> facts; ///< epoch, options and other values by name
    std::vector<std::string> notes;                         ///< what was left out or is unusual, in sentences
    /// Values of run parameters that follow from the file, for a run that goes on from it.
    std::vector<std::pair<std::string, ParamValue>> params;
    /// What the file does not say: ids of parameters that a person has to give.
    std::vector<std::string> open;
};

using JobRequest = std::variant<EvaluateRunRequest, VerifyRequest, InspectRequest>;

/// monostate: there is nothing to say beyond that it is done, or see error.
using JobAnswer = std::variant<std::monostate, VerifyReport, FileReport>;

struct JobResult {
    JobId id = 0;
    JobAnswer answer;
    std::optional<Error> error; ///< cancelled jobs end with ErrorCode::cancelled
};

} // namespace dinoscope
