// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/augment/picture_view.h"

#include <filesystem>
#include <vector>

namespace dinoscope {

/// The sizes that the speed of loading is measured with: of a picture of ImageNet, of a screen, of a camera.
inline constexpr PictureSize kSampleSizes[] = {{500, 375}, {1024, 768}, {4000, 3000}};

/// Writes one photograph in the three sizes as JPEG files of quality 90 with halved colours, as cameras write them,
/// into an existing folder: the sample `motorcycle_left` of Debian's package python3-skimage, cut to 4 : 3. Blocks; any
/// thread.
/// @returns the files. @throws EngineError(notFound) if the package is not installed; (io).
std::vector<std::filesystem::path> writeSamplePhotographs(const std::filesystem::path& folder);

} // namespace dinoscope
