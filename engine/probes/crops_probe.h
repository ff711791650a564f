// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/probe.h"
#include "engine/augment/augment_options.h"
#include "engine/augment/view_plan.h"
#include "engine/data/batch.h"
#include "engine/data/image_source.h"

#include <cstdint>
#include <string>

namespace dinoscope {

/// @throws EngineError(badInput) unless 0 <= row < size; the sentence names both.
void checkBatchRow(std::int64_t row, std::int64_t size);

/// What the picture of one row of a batch is called: its source's caption, the row, and in whose place it stands.
std::string captionOfRow(const ImageSource& source, const Batch& batch, std::int64_t row);

/// The picture of one row of a batch and its views, byte for byte those that were normalised into the batch: they are
/// rendered anew from the batch's plans. `source` is the one the batch was read from. For a row whose own picture
/// could not be read this is the picture that took its place, and the caption says so. Reads one picture, which may
/// block on a file; any thread.
/// @throws EngineError(badInput) as checkBatchRow(), and what ImageSource::read() throws.
CropsAnswer cropsOfBatch(const ImageSource& source, const Batch& batch, std::int64_t row);

/// All views (viewsOf) that the loader would cut from a picture under `key`. `picture` has the channels of the
/// data already, see withChannels(). Pure; any thread.
/// @throws EngineError(badInput) as checkPicture().
CropsAnswer cropsOfPicture(const Image& picture, std::string caption, const AugmentOptions& options,
                           const ViewKey& key);

} // namespace dinoscope
