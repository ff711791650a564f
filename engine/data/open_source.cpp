// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/open_source.h"

#include "engine/data/cifar_source.h"
#include "engine/data/folder_scan.h"
#include "engine/data/folder_source.h"
#include "engine/data/idx_source.h"
#include "engine/data/name_split.h"
#include "engine/data/tar_source.h"
#include "engine/data/united_source.h"
#include "engine/support/check.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace dinoscope {
namespace {

bool looksLikePictures(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    return name.find("images") != std::string::npos && name.find("idx3") != std::string::npos;
}

bool recognisesIdx(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        return !findIdxPictures(path, true).empty();
    return looksLikePictures(path);
}

bool isFolder(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::is_directory(path, error);
}

DataSets openIdx(const std::filesystem::path& path, const SourceOptions&) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
        return {std::make_shared<IdxSource>(path.filename().string(), path, findIdxLabels(path))};
    const std::filesystem::path train = findIdxPictures(path, true);
    if (train.empty())
        throw EngineError(ErrorCode::badInput, "data",
                          path.string() +
                              " holds no train-images-idx3-ubyte or train-images-idx3-ubyte.gz: choose the folder "
                              "that holds the IDX files");
    DataSets sets;
    sets.train = std::make_shared<IdxSource>("training pictures", train, findIdxLabels(train));
    if (const std::filesystem::path test = findIdxPictures(path, false); !test.empty())
        sets.test = std::make_shared<IdxSource>("test pictures", test, findIdxLabels(test));
    if (sets.test && sets.test->channels() != sets.train->channels())
        throw EngineError(ErrorCode::badInput, "data",
                          path.string() + " holds training pictures of " + std::to_string(sets.train->channels()) +
                              " channel(s) and test pictures of " + std::to_string(sets.test->channels()) +
                              ": keep one set in a folder");
    return sets;
}

} // namespace

const std::vector<SourceKind>& sourceKinds() {
    static const std::vector<SourceKind> kinds{
        {"idx", "IDX files (MNIST, Fashion-MNIST)", "a folder with train-images-idx3-ubyte, plain or .gz",
         recognisesIdx, openIdx},
        {"cifar", "CIFAR-10 and CIFAR-100, binary version", "a folder with data_batch_1.bin or train.bin",
         recognisesCifar, openCifar},
        {"tar", "Tar files (WebDataset)", "a .tar file or a folder of them", recognisesTar, openTar},
        {"folder", "Folder of pictures", "a folder of JPEG, PNG, BMP, WebP or TIFF files, or with a sub-folder a class",
         isFolder, openFolder},
    };
    return kinds;
}

namespace {

bool isThere(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

DataSets openOne(const std::filesystem::path& path, const SourceOptions& options) {
    const auto& kinds = sourceKinds();
    const bool any = options.kind == "auto";
    if (any && !isThere(path))
        throw EngineError(ErrorCode::notFound, "data",
                          path.string() + " does not exist: check data.path" +
                              (path.string().find("fashion-mnist") != std::string::npos
                                   ? ", or install the Debian package dataset-fashion-mnist"
                                   : ""));
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const SourceKind& candidate) {
        return any ? candidate.recognises(path) : candidate.id == options.kind;
    });
    if (found != kinds.end())
        return found->open(path, options);
    std::string known;
    for (const SourceKind& candidate : kinds)
        known += (known.empty() ? "" : "; ") + (any ? candidate.looks : candidate.id);
    if (any)
        throw EngineError(ErrorCode::badInput, "data", path.string() + " holds no data that is known: choose " + known);
    throw EngineError(ErrorCode::badParameter, "data",
                      "data.kind '" + options.kind + "' is not known: use auto or " + known);
}

std::vector<std::string> pathsOf(const std::string& path) {
    if (isThere(path))
        return {path};
    std::vector<std::string> paths;
    std::istringstream list(path);
    for (std::string one; std::getline(list, one, kPathSeparator);)
        if (!one.empty())
            paths.push_back(one);
    return paths.empty() ? std::vector{path} : paths;
}

/// Says so if pictures are left out because of their kind.
void noteUnread(DataSets& sets) {
    std::int64_t unread = 0;
    for (const ImageSourcePtr& source : {sets.train, sets.test})
        if (source)
            for (const ScanReport::Problem& problem : source->leftovers().unusable)
                unread += problem.verdict == PictureVerdict::unsupported;
    if (unread > 0)
        sets.notes.push_back(
            "Pictures of kinds that are not read, such as HEIF, GIF or raw, are left out: " + std::to_string(unread) +
            ". Save them as JPEG or PNG to train on them; a scan names them.");
}

} // namespace

DataSets openSource(const std::string& path, const SourceOptions& options) {
    std::vector<NamedSets> parts;
    for (const std::string& one : pathsOf(path))
        parts.push_back({folderName(one), openOne(one, options)});
    DataSets sets = parts.size() == 1 ? std::move(parts.front().sets) : uniteSets(std::move(parts));
    noteUnread(sets);
    return splitByName(std::move(sets), options.testShare);
}

} // namespace dinoscope
