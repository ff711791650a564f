// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/train/recordings.h"

#include "engine/formats/safetensors.h"
#include "engine/support/check.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr int kDeepest = 4;

/// "vit_small16.320x480.cls"
bool isForwardName(const std::string& name) {
    const std::size_t first = name.find('.'), second = name.find('.', first + 1);
    if (first == name.npos || second == name.npos)
        return false;
    const std::string size = name.substr(first + 1, second - first - 1);
    return size.find('x') != size.npos && size.find_first_not_of("0123456789x") == size.npos;
}

/// The kind of a safetensors file of recorded calls; empty if it is none.
std::string kindOf(const SafetensorsFile& file) {
    const auto& tensors = file.tensors();
    if (tensors.empty())
        return {};
    const auto all = [&](auto&& holds) { return std::all_of(tensors.begin(), tensors.end(), holds); };
    if (file.find("0.student") && file.find("0.teacher"))
        return "loss";
    if (file.find("train") && file.find("test") && file.find("train_labels") && file.find("test_labels"))
        return "knn";
    if (all([&](const TensorView& view) { return isForwardName(view.name); }))
        return "forward";
    if (all([&](const TensorView& view) {
            const auto arguments = file.metadata().find(view.name);
            return arguments != file.metadata().end() && arguments->second.starts_with("(");
        }))
        return "schedules";
    return {};
}

/// The kind of a folder that is one recording; empty if it is none.
std::string kindOfFolder(const fs::path& folder) {
    if (fs::exists(folder / "trace.json"))
        return "trace";
    return fs::exists(folder / "manifest.json") && fs::exists(folder / "source.png") ? "image-ops" : "";
}

/// Of a JSON file, as kindOf().
std::string kindOfJson(const fs::path& path) {
    std::ifstream file(path);
    const auto json = nlohmann::json::parse(file, nullptr, false);
    const bool boxes = json.is_object() && json.contains("global") && json.contains("local") &&
                       json["global"].is_object() && json["global"].contains("log_aspect_mean");
    return boxes ? "crop statistics" : "";
}

std::string kindOfFile(const fs::path& path) {
    return path.extension() == ".json" ? kindOfJson(path) : kindOf(SafetensorsFile(path.string()));
}

void look(const fs::path& folder, int depth, FoundRecordings& found) {
    if (const std::string kind = kindOfFolder(folder); !kind.empty()) {
        found.recordings.push_back({kind, folder.string()});
        return;
    }
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, error), end; it != end;
         it.increment(error))
        entries.push_back(it->path());
    std::sort(entries.begin(), entries.end());
    const std::size_t before = found.recordings.size() + found.skipped.size();
    for (const fs::path& entry : entries) {
        if (fs::is_directory(entry) && depth < kDeepest) {
            look(entry, depth + 1, found);
        } else if (entry.extension() == ".safetensors" || entry.extension() == ".json") {
            const std::string kind = kindOfFile(entry);
            if (!kind.empty())
                found.recordings.push_back({kind, entry.string()});
            else if (entry.extension() != ".json") // which may be about anything
                found.skipped.push_back(entry.string());
        }
    }
    if (found.recordings.size() + found.skipped.size() == before)
        found.skipped.push_back(folder.string());
}

} // namespace

FoundRecordings findRecordings(const std::string& path) {
    FoundRecordings found;
    const fs::path place(path);
    if (!fs::exists(place))
        throw EngineError(ErrorCode::notFound, "train",
                          "There is no '" + path + "': name a recording or a folder of recordings.");
    if (fs::is_directory(place))
        look(place, 1, found);
    else if (place.filename() == "trace.json")
        found.recordings.push_back({"trace", place.has_parent_path() ? place.parent_path().string() : "."});
    else if (const std::string kind = kindOfFile(place); !kind.empty())
        found.recordings.push_back({kind, path});
    else
        found.skipped.push_back(path);
    return found;
}

Slices<ReplayReport> replay(const Recording& recording, const ReplayOptions& options) {
    if (recording.kind == "trace")
        return replayTrace(recording.path, options);
    if (recording.kind == "forward")
        return replayForward(recording.path, options);
    if (recording.kind == "loss")
        return replayLoss(recording.path, options);
    if (recording.kind == "knn")
        return replayKnn(recording.path, options);
    if (recording.kind == "image-ops")
        return replayImageOps(recording.path, options);
    if (recording.kind == "crop statistics")
        return replayCropStatistics(recording.path, options);
    return replaySchedules(recording.path, options);
}

} // namespace dinoscope
