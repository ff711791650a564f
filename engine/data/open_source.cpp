// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/open_source.h"

#include "engine/data/folder_source.h"
#include "engine/data/idx_source.h"
#include "engine/support/check.h"

#include <algorithm>

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

DataSets openIdx(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error))
        return {std::make_shared<IdxSource>(path.filename().string(), path, findIdxLabels(path)), nullptr};
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
        {"folder", "Folder of pictures", "a folder of JPEG, PNG, BMP, WebP or TIFF files, or with a sub-folder a class",
         isFolder, openFolder},
    };
    return kinds;
}

DataSets openSource(const std::filesystem::path& path, const std::string& kind) {
    const auto& kinds = sourceKinds();
    std::error_code error;
    if (kind == "auto" && !std::filesystem::exists(path, error))
        throw EngineError(ErrorCode::notFound, "data",
                          path.string() + " does not exist: check data.path" +
                              (path.string().find("fashion-mnist") != std::string::npos
                                   ? ", or install the Debian package dataset-fashion-mnist"
                                   : ""),
                          error.message());
    const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const SourceKind& candidate) {
        return kind == "auto" ? candidate.recognises(path) : candidate.id == kind;
    });
    if (found != kinds.end())
        return found->open(path);
    std::string known;
    for (const SourceKind& candidate : kinds)
        known += (known.empty() ? "" : "; ") + (kind == "auto" ? candidate.looks : candidate.id);
    if (kind == "auto")
        throw EngineError(ErrorCode::badInput, "data", path.string() + " holds no data that is known: choose " + known);
    throw EngineError(ErrorCode::badParameter, "data", "data.kind '" + kind + "' is not known: use auto or " + known);
}

} // namespace dinoscope
