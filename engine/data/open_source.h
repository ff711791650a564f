// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope {

/// What a path holds: pictures to learn from, and others to test with if they are there.
struct DataSets {
    ImageSourcePtr train;
    ImageSourcePtr test; ///< null if the path holds none
};

/// One kind of data. A new kind is a file pair and one line in sourceKinds().
struct SourceKind {
    std::string id;    ///< value of the parameter data.kind
    std::string label; ///< "IDX files (MNIST, Fashion-MNIST)"
    std::string looks; ///< what a path of this kind looks like, for messages
    bool (*recognises)(const std::filesystem::path& path);
    DataSets (*open)(const std::filesystem::path& path);
};

/// In the order in which they are asked: the last one takes any folder.
const std::vector<SourceKind>& sourceKinds();

/// Opens what `path` holds; `kind` is an id of sourceKinds(), or "auto" for the first kind that recognises the path.
/// Blocks while files are read; any thread.
/// @throws EngineError whose sentence names the path and what is expected there.
DataSets openSource(const std::filesystem::path& path, const std::string& kind = "auto");

} // namespace dinoscope
