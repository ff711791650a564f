// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/open_source.h"
#include "engine/eval/knn_evaluation.h"
#include "engine/support/slices.h"
#include "engine/train/run_settings.h"

#include <functional>
#include <memory>

namespace dinoscope {

/// Told how many of how many pictures are read; returns false to give up.
using ReadProgress = std::function<bool(std::int64_t done, std::int64_t total)>;

/// The k-NN protocol of a run: the first eval.references training pictures against the first eval.queries test
/// pictures, each as the networks see a whole picture: evaluationTransform() to the size of a global crop. Without test
/// pictures the queries are the training pictures that follow the references. A set that is sorted by class is mixed
/// first, always in the same way. Pictures without a label or that cannot
/// be read are left out. Reads pictures and blocks; holds them all, a byte a value.
/// @returns null if there are no labels, less than two classes, or too few labelled pictures for both sets.
/// @throws EngineError(cancelled) when `progress` gives up.
std::shared_ptr<const KnnProtocol> makeKnnProtocol(const DataSets& sets, const RunSettings& settings,
                                                   const ReadProgress& progress);

/// A protocol of references alone, for a run without labels: its first training pictures, at most eval.references and
/// no more than fit into 256 MiB, seen as above; a slice reads one of them. Those that cannot be read are left out.
/// @throws EngineError(badInput) if none could be read.
Slices<std::shared_ptr<const KnnProtocol>> readReferences(ImageSourcePtr source, RunSettings settings);

/// The accuracy of the pixels themselves under the protocol. @throws EngineError(cancelled).
double pixelAccuracy(const std::shared_ptr<const KnnProtocol>& protocol, const ReadProgress& progress);

} // namespace dinoscope
