// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"
#include "engine/data/open_watch.h"
#include "engine/data/picture_decoder.h"

#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope {

/// What a path holds: pictures to learn from, and others to test with if they are there.
struct DataSets {
    ImageSourcePtr train;
    ImageSourcePtr test = {};            ///< null if the path holds none
    std::vector<std::string> notes = {}; ///< sentences for the log
};

/// How a path is opened.
struct SourceOptions {
    std::string kind = "auto"; ///< an id of sourceKinds(), or "auto" for the first kind that recognises the path
    PictureLoading loading = {};
    double testShare = 0;    ///< of the pictures, which become the test set if they are labelled and there is none
    OpenWatchPtr watch = {}; ///< told what was found; null: nobody looks on
};

/// One kind of data. A new kind is a file pair and one line in sourceKinds().
struct SourceKind {
    std::string id;    ///< value of the parameter data.kind
    std::string label; ///< "IDX files (MNIST, Fashion-MNIST)"
    std::string looks; ///< what a path of this kind looks like, for messages
    bool (*recognises)(const std::filesystem::path& path);
    DataSets (*open)(const std::filesystem::path& path, const SourceOptions& options);
};

/// In the order in which they are asked: the last one takes any folder.
const std::vector<SourceKind>& sourceKinds();

/// What stands between the paths of several folders or files that are opened as one set.
inline constexpr char kPathSeparator = ';';

/// Opens what `path` holds. Several paths with kPathSeparator between them are united (uniteSets()); a path that exists
/// as it stands is one. Without a test set, a share of labelled pictures becomes one (splitByName()).
/// Blocks while files are read; any thread. SourceOpening does it in a thread of its own.
/// @throws EngineError whose sentence names the path and what is expected there; (cancelled) after OpenWatch::giveUp().
DataSets openSource(const std::string& path, const SourceOptions& options = {});

} // namespace dinoscope
