// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/error.h"
#include "engine/api/exports.h"
#include "engine/api/ids.h"
#include "engine/api/metric.h"
#include "engine/api/param.h"
#include "engine/api/scan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace dinoscope {

// A job is longer work that is neither a step nor a probe. It is done in slices between steps, shows its progress in
// Snapshot::work and ends in exactly one JobResult. Requests and answers are plain values.

/// Measures the open run's networks now: the accuracies, which come as metric points, and the features that neighbours
/// are looked for in. Without labels the features alone.
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
    std::string kind; ///< "trace", "forward", "loss", "knn", "schedules", "image-ops", "crop statistics"
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

/// A network of a file, and two labelled sets of pictures to judge it on.
struct EvaluationInput {
    std::string checkpoint;
    std::string network = "teacher"; ///< teacher | student; a file of one network has that one
    std::int64_t heads = 0;          ///< attention heads, where the file does not decide; 0: it does
    std::string train, val;          ///< what data.path takes; empty val: the test pictures at `train`
    bool officialLoading = false;    ///< as data.official_loading
    std::int64_t side = 0; ///< of the pictures that the network sees; 0: what its position table is for, or 224
    std::string mean = "0.485 0.456 0.406", std = "0.229 0.224 0.225"; ///< as augment.mean and augment.std
    std::string device = "cpu";
    std::int64_t threads = 0; ///< 0: one a processor
};

/// What was judged, for every evaluation of a file.
struct EvaluationFacts {
    std::string network; ///< "teacher of checkpoint.pth: ViT small, class token"
    std::int64_t train = 0, val = 0, classes = 0, featureWidth = 0;
    std::int64_t resizeSide = 0, cropSide = 0; ///< pixels; 0: not resized
    std::int64_t unreadable = 0;               ///< pictures left out
    std::vector<std::string> notes;            ///< sentences on those and on classes without references
};

/// Weighted k-NN accuracy (dino, eval_knn.py) for every k and temperature.
struct KnnRequest {
    EvaluationInput input;
    std::vector<std::int64_t> neighbours{10, 20, 100, 200};
    std::vector<double> temperatures{0.07, 0.1}; ///< of the official code, and as many others have it
};
struct KnnReport {
    struct Row {
        std::int64_t neighbours = 0;                ///< k as asked for
        std::int64_t used = 0;                      ///< k as used: no more than there are references
        double temperature = 0, top1 = 0, top5 = 0; ///< percent
    };
    EvaluationFacts facts;
    std::vector<Row> rows;
};

/// Accuracy of a linear classifier on the frozen features (dino, eval_linear.py).
struct LinearRequest {
    EvaluationInput input;
    std::int64_t lastBlocks = 0; ///< class tokens of so many blocks; 0: 4, or 1 for widths from 768 on
    std::int64_t patchMean = -1; ///< 1: with the mean of the patch tokens, 0: without; -1: for widths from 768 on
    bool augment = false;        ///< new views of the training pictures in every epoch, as published
    std::int64_t epochs = 100, batchSize = 128, seed = 0;
    std::vector<double> rates{0.001}; ///< for 256 pictures, one classifier each
};
struct LinearReport {
    struct Epoch {
        std::int64_t epoch = 0;
        double rate = 0, trainLoss = 0, valLoss = 0, top1 = 0, top5 = 0; ///< of the best rate
    };
    EvaluationFacts facts;
    std::vector<Epoch> epochs;
    double rate = 0, top1 = 0, top5 = 0; ///< the best rate, after the last epoch
    double highestTop1 = 0;              ///< of any epoch
};

/// Says what a run's folder holds: every checkpoint, and how much of the disk it takes.
struct CheckRunRequest {
    std::string path;
    /// Compares every byte of every checkpoint with its checksums, else only those of the manifests.
    bool everyByte = true;
};
struct CheckpointReport {
    std::string path;
    Step step{};
    Epoch epoch{}; ///< finished epochs
    double trainSeconds = 0;
    std::string problem; ///< a sentence; empty: it is whole
    std::uint64_t bytes = 0;
    std::optional<double> accuracy; ///< k-NN of the teacher in percent
    bool kept = false;              ///< saved by hand
    std::string note, savedAt;
};
struct RunReport {
    std::string path;
    std::vector<CheckpointReport> checkpoints; ///< by step; of those that are not whole the step is known by the name
    std::string note;                          ///< a person's words on the run
    std::uint64_t bytes = 0;                   ///< of all files in the folder
    std::uint64_t freeBytes = 0;               ///< on its disk, for this user

    /// Null if none is whole.
    const CheckpointReport* newestGood() const;
};

/// Keeps a person's words on a run in its folder; those of before are replaced.
struct NoteRunRequest {
    std::string path;
    std::string note; ///< empty: none
};

/// Reads what a run that is not open recorded.
struct ReadRunRequest {
    std::string path;
};
struct RecordReport {
    std::string path;
    std::vector<MetricPoint> points;                          ///< with the numbers of the catalogue's metrics, by step
    std::vector<std::pair<std::string, std::string>> changes; ///< live changes: "step 120", "optim.lr: 1 -> 2"
    std::vector<std::pair<std::string, std::string>> params;  ///< every parameter, by id, as the run began
};

/// Measures how fast one core makes the views of training, 2 of 224 and 10 of 96 pixels, out of JPEG files.
struct BenchDataRequest {
    std::string file;           ///< a picture; empty: a sample photograph in three sizes, made for this
    std::string keep;           ///< folder to leave these three in; empty: they are removed
    std::string mode = "exact"; ///< augment.mode
    std::int64_t threads = 1;   ///< of a loader; from 2 on it is measured how the loader scales
    double seconds = 2;         ///< of processor time for each file
};
struct BenchDataReport {
    struct Row {
        std::string file;
        std::int64_t width = 0, height = 0, bytes = 0;
        /// Milliseconds of processor time a picture: reading and decoding; cutting, resizing and normalising; colours
        /// and blur; the sum.
        double decodeMs = 0, resampleMs = 0, augmentMs = 0, totalMs = 0;
        double imagesPerSecond = 0; ///< of one core
        /// Pictures a second by the clock on the wall from loaders of one and of all threads; 0: not measured.
        double oneThreadPerSecond = 0, threadsPerSecond = 0;
    };
    std::string mode;
    std::int64_t threads = 1;
    std::vector<Row> rows;
};

using JobRequest =
    std::variant<EvaluateRunRequest, VerifyRequest, InspectRequest, KnnRequest, LinearRequest, CheckRunRequest,
                 NoteRunRequest, ReadRunRequest, ExportRequest, ScanRequest, BenchDataRequest>;

/// monostate: there is nothing to say beyond that it is done, or see error.
using JobAnswer = std::variant<std::monostate, VerifyReport, FileReport, KnnReport, LinearReport, RunReport,
                               RecordReport, ExportReport, ScanReport, BenchDataReport>;

struct JobResult {
    JobId id = 0;
    JobAnswer answer;
    std::optional<Error> error; ///< cancelled jobs end with ErrorCode::cancelled
};

} // namespace dinoscope
