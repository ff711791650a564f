// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/probes/crops_probe.h"

#include "engine/augment/view_info.h"
#include "engine/augment/view_renderer.h"
#include "engine/probes/given_picture.h"
#include "engine/support/check.h"

#include <algorithm>
#include <utility>

namespace dinoscope {
namespace {

/// Pixels for display are taken before normalisation, so that its constants do not matter.
ViewRenderer pixelRenderer() { return ViewRenderer(Normalization{{0, 0, 0}, {1, 1, 1}}); }

} // namespace

std::string captionOfRow(const ImageSource& source, const Batch& batch, std::int64_t row) {
    std::string caption =
        source.caption(batch.samples[static_cast<std::size_t>(row)]) + ", row " + std::to_string(row) + " of the batch";
    const auto found = std::find_if(batch.replaced.begin(), batch.replaced.end(),
                                    [row](const Replacement& replacement) { return replacement.row == row; });
    if (found != batch.replaced.end())
        caption += ", in place of " + source.pictureName(found->wanted) + ", which could not be read";
    return caption;
}

void checkBatchRow(std::int64_t row, std::int64_t size) {
    if (row < 0 || row >= size)
        throw EngineError(ErrorCode::badInput, "probes",
                          "Row " + std::to_string(row) + " is not in the batch of " + std::to_string(size) +
                              " pictures: choose one from 0 to " + std::to_string(size - 1));
}

CropsAnswer cropsOfBatch(const ImageSource& source, const Batch& batch, std::int64_t row) {
    checkBatchRow(row, batch.size);
    CropsAnswer answer;
    answer.source = source.image(batch.samples[static_cast<std::size_t>(row)]);
    answer.caption = captionOfRow(source, batch, row);
    checkEqual(answer.source.channels, batch.channels, "probes", "Channels of the source and of the batch");
    Image smaller;
    PictureView cut(answer.source); // what the views were cut from
    if (const int shrink = batch.shrinks[static_cast<std::size_t>(row)]; shrink > 1)
        cut = source.readSmaller(batch.samples[static_cast<std::size_t>(row)], smaller,
                                 [shrink](PictureSize) { return shrink; });
    ViewRenderer renderer = pixelRenderer();
    for (int crop = 0; crop < batch.crops(); ++crop) {
        const ViewPlan& plan = batch.plan(crop, row);
        answer.views.push_back(describeView(plan, renderer.renderPixels(cut, plan)));
    }
    return answer;
}

CropsAnswer cropsOfPicture(const Image& picture, std::string caption, const AugmentOptions& options,
                           const ViewKey& key) {
    checkPicture(picture);
    CropsAnswer answer;
    answer.source = picture;
    answer.caption = std::move(caption);
    ViewRenderer renderer = pixelRenderer();
    for (int crop = 0; crop < viewsOf(options).count(); ++crop) {
        const ViewPlan plan = planView(options, key, crop, picture.width, picture.height, picture.channels);
        answer.views.push_back(describeView(plan, renderer.renderPixels(PictureView(picture), plan)));
    }
    return answer;
}

} // namespace dinoscope
