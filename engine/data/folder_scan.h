// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/scan.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dinoscope {

class OpenWatch;

/// One picture file of a folder.
struct FolderFile {
    std::string path;        ///< below the folder, bytes as the system gives them
    std::int64_t bytes = 0;  ///< size; 0 for a link that leads nowhere
    std::int32_t label = -1; ///< index into FolderListing::classNames, -1 for none
};

struct FolderListing {
    std::vector<FolderFile> files;
    std::vector<std::string> classNames; ///< sorted bytewise; empty: no classes
    /// What has the name of a picture and is neither a file nor a folder with pictures, and pictures of kinds that are
    /// not read; paths below the folder.
    std::vector<ScanReport::Problem> unusable;
    std::int64_t otherFiles = 0; ///< with other endings; hidden ones are not counted
};

/// Lists the picture files (jpg, jpeg, png, bmp, webp, tif, tiff, in any case) below a folder, in an order that depends
/// on their names alone: the files of a folder sorted bytewise, then its sub-folders likewise. Each sub-folder of
/// `folder` that holds pictures, however deep, is a class; if pictures lie in `folder` itself there are no classes.
/// Names that begin with a dot are left out. Links are followed; a folder is taken once a class, so that loops end.
/// Nothing is opened. Blocks; any thread. `watch`, if there is one, is told of every entry.
/// @throws EngineError(io) naming a folder that cannot be read; (cancelled).
FolderListing scanFolder(const std::filesystem::path& folder, OpenWatch* watch = nullptr);

/// Whether a file is a picture by the ending of its name.
bool isPictureName(const std::string& name);
/// The kind of picture, such as "HEIF" for "a.HEIC", that a file is by its ending if that kind is not read; else empty.
std::string_view unreadKind(const std::string& name);
/// What is said of a file of such a kind.
ScanReport::Problem unreadPicture(std::string path, std::string_view kind);

/// What a folder or file is called, for captions, however its path is written.
std::string folderName(const std::filesystem::path& folder);

/// Valid UTF-8 for messages and labels: bytes that are none become U+FFFD.
std::string printableText(const std::string& text);
/// The same without taking memory for a text that is plain: that text, or one that lives until the thread's next call.
const std::string& printableOf(const std::string& text);

} // namespace dinoscope
