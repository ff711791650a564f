// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/job.h"
#include "engine/checkpoint/exported_network.h"
#include "engine/support/slices.h"

#include <string>

namespace dinoscope {

// What a network says of pictures. Both read request.pictures; pictures that cannot be read are left out and named.

struct PicturesExport {
    ReadBack readBack;
    std::vector<std::string> notes;
};

/// features.npy (N, D) float32, features.csv with a line a picture (name, class, numbers) and, where there are labels,
/// labels.npy (N) int64. @throws EngineError(io), (badInput) as openSource().
Slices<PicturesExport> exportFeatures(ExportedNetwork network, ExportRequest request, std::string folder);

/// A PNG file for each picture: picture, mean attention of the class token in the last block, and that of each head.
/// @throws EngineError(notAllowed) for a network without attention; as above.
Slices<PicturesExport> exportAttention(ExportedNetwork network, ExportRequest request, std::string folder);

} // namespace dinoscope
