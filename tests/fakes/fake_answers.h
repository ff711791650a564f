// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/api/probe.h"

#include <optional>

namespace dinoscope {

// Plausible answers, pure functions of their arguments: the same question at the same step has the same answer.

/// 28 x 28 grey: a bright figure of class `index` % 10 on black.
Image fakePicture(std::int64_t index);

/// What decides the boxes of crops.
struct FakeCropping {
    double globalMin = 0.4, globalMax = 1, localMin = 0.1, localMax = 0.4;
    std::int64_t globalSide = 28, localSide = 14, locals = 4;
    bool articlePairing = false; ///< the teacher sees global views only, the student local ones only
};

/// 2 global views and so many local ones.
CropsAnswer fakeCrops(const CropsRequest& request, Step step, const FakeCropping& cropping = {});

/// K = 64, 6 student views of which the first 2 are the teacher's.
SoftmaxAnswer fakeSoftmax(const SoftmaxRequest& request, Step step, double studentTemperature,
                          double teacherTemperature);

/// 3 heads or channels, 4 blocks, 7 x 7 patches. @throws EngineError for a block or patch that does not exist.
AttentionAnswer fakeAttention(const AttentionRequest& request, Step step);

/// 5,000 references as of step `measured`, or none yet; every neighbour of the teacher is of the picture's class, every
/// second of the student.
NeighboursAnswer fakeNeighbours(const NeighboursRequest& request, std::optional<Step> measured);

/// Every picture asked for but number 13, which is broken.
SamplesAnswer fakeSamples(const SamplesRequest& request, bool labelled);

/// 60,000 pictures that are all ok, in ten classes or without labels; below "…/damaged" 3,000 of them are bad, and
/// other files lie beside them.
ScanReport fakeScan(const ScanRequest& request, bool labelled);

/// A small Vision Transformer in its third epoch; what its file does not say are the pictures.
FileReport fakeFileReport(const std::string& path);

/// Whole checkpoints at every 50th step up to `step`, the last but one kept by hand with a note; of the run's folder
/// "…/damaged" the newest is damaged.
RunReport fakeRunReport(const std::string& path, Step step);

/// The given points, one live change and three parameters.
RecordReport fakeRecord(const std::string& path, const std::vector<MetricPoint>& points);

/// One file of 1.2 MB at request.path.
ExportReport fakeExport(const ExportRequest& request);

} // namespace dinoscope
