// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/export_place.h"

#include "engine/api/exports.h"
#include "engine/support/check.h"
#include "engine/support/durable_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

/// Whether an export writes a file of this name into its folder.
bool isOfAnExport(const std::string& name) {
    constexpr std::array<std::string_view, 6> kNames{"config.json",  "model.safetensors", "preprocessor_config.json",
                                                     "features.npy", "features.csv",      "labels.npy"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
           (name.starts_with("attention-") && name.ends_with(".png")) || name.starts_with("events.out.tfevents.");
}

bool holdsAnExportAlone(const std::string& folder) {
    std::error_code problem;
    fs::directory_iterator entry(folder, problem), end;
    for (; !problem && entry != end; entry.increment(problem))
        if (std::error_code unknown;
            !entry->is_regular_file(unknown) || !isOfAnExport(entry->path().filename().string()))
            return false;
    return !problem;
}

} // namespace

ExportPlace::ExportPlace(std::string path, const ExportFormat& format, bool replace)
    : path_(std::move(path)), isFolder_(format.suffix.empty()), replace_(replace) {
    if (path_.empty())
        throw EngineError(ErrorCode::badInput, "train", "Name a place for the export.");
    checkTaken();
    const fs::path place(path_), parent = place.has_parent_path() ? place.parent_path() : fs::path(".");
    makeFolders(parent.string());
    folder_ = (parent / ".dinoscope-export-XXXXXX").string();
    if (mkdtemp(folder_.data()) == nullptr)
        throw EngineError(ErrorCode::io, "train",
                          "Nothing can be written to '" + parent.string() + "': " + std::strerror(errno) +
                              ". Choose another place.");
    draft_ = folder_ + "/" + place.filename().string();
}

ExportPlace::~ExportPlace() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void ExportPlace::checkTaken() const {
    std::error_code unknown;
    const fs::file_status there = fs::symlink_status(path_, unknown);
    if (!fs::exists(there))
        return;
    if (!replace_)
        throw EngineError(ErrorCode::badInput, "train",
                          "'" + path_ + "' exists already: choose another name, or allow it to be replaced.");
    if (fs::is_directory(there) && (!isFolder_ || !holdsAnExportAlone(path_)))
        throw EngineError(ErrorCode::badInput, "train",
                          "'" + path_ +
                              "' is a folder with other things than an export, which is not replaced: choose "
                              "another name.");
    if (isFolder_ && !fs::is_directory(there))
        throw EngineError(ErrorCode::badInput, "train",
                          "'" + path_ + "' is no folder, and this export is one: choose another name.");
}

void ExportPlace::commit() const {
    checkTaken(); // it may have been taken meanwhile
    const std::string former = folder_ + "/former";
    std::error_code none;
    const bool moved = isFolder_ && fs::is_directory(path_, none);
    if (moved)
        renameDurably(path_, former);
    try {
        renameDurably(draft_, path_);
    } catch (...) {
        if (moved)
            fs::rename(former, path_, none);
        throw;
    }
}

} // namespace dinoscope
