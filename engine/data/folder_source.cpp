// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/folder_source.h"

#include "engine/data/name_hash.h"
#include "engine/data/picture_error.h"
#include "engine/data/stored_bytes.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

std::string fingerprintOf(const FolderListing& listing) {
    NameHash hash;
    for (const std::string& name : listing.classNames)
        hash.add(name);
    for (const FolderFile& file : listing.files) {
        hash.add(file.path);
        hash.add(file.bytes);
        hash.add(std::int64_t{file.label});
    }
    return "folder:" + std::to_string(listing.files.size()) + ":" + hash.text();
}

/// Both sets get the classes of either.
void shareClassNames(FolderListing& a, FolderListing& b) {
    std::vector<std::string> all;
    std::set_union(a.classNames.begin(), a.classNames.end(), b.classNames.begin(), b.classNames.end(),
                   std::back_inserter(all));
    for (FolderListing* listing : {&a, &b}) {
        for (FolderFile& file : listing->files)
            if (file.label >= 0) {
                const std::string& name = listing->classNames[static_cast<std::size_t>(file.label)];
                file.label = static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), name) - all.begin());
            }
        listing->classNames = all;
    }
}

[[noreturn]] void failEmpty(const fs::path& folder, const FolderListing& listing) {
    const auto unread = std::find_if(listing.unusable.begin(), listing.unusable.end(), [](const auto& problem) {
        return problem.verdict == PictureVerdict::unsupported;
    });
    std::string sentence = printableText(folder.string());
    sentence += " holds no picture";
    if (unread != listing.unusable.end()) {
        sentence += " that is read, though others, such as ";
        sentence += printableText(unread->path);
    }
    sentence +=
        ": choose a folder with JPEG, PNG, BMP, WebP or TIFF files, or with a sub-folder of them for each class";
    throw EngineError(ErrorCode::badInput, "data", std::move(sentence));
}

} // namespace

FolderSource::FolderSource(std::string name, fs::path folder, FolderListing listing, const PictureLoading& loading)
    : name_(std::move(name)), folder_(std::move(folder)), listing_(std::move(listing)), loading_(loading) {
    if (listing_.files.empty())
        failEmpty(folder_, listing_);
    fingerprint_ = fingerprintOf(listing_);
    for (std::string& className : listing_.classNames)
        className = printableText(className);
}

const FolderFile& FolderSource::file(SampleIndex index) const {
    if (index.value < 0 || index.value >= count())
        throw EngineError(ErrorCode::notFound, "data",
                          name_ + " has no picture " + std::to_string(index.value) + ": its numbers go from 0 to " +
                              std::to_string(count() - 1));
    return listing_.files[static_cast<std::size_t>(index.value)];
}

PictureView FolderSource::read(SampleIndex index, Image& buffer) const { return readSmaller(index, buffer, {}); }

PictureView FolderSource::readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    return decodeStored(index, storedPicture(index), buffer, choose);
}

const std::string& FolderSource::pathOf(SampleIndex index) const {
    thread_local std::string path;
    path.assign(folder_.native()).append("/").append(file(index).path);
    return path;
}

std::span<const std::uint8_t> FolderSource::storedPicture(SampleIndex index) const {
    const std::string& path = pathOf(index);
    try {
        return storedFile(path, printableOf(path));
    } catch (const PictureError& error) {
        if (error.error().code != ErrorCode::badInput) // the system does not hand it out
            checkStillThere(folder_, listing_.files.size(),
                            [this](std::size_t i) { return folder_ / listing_.files[i].path; });
        throw;
    }
}

PictureView FolderSource::decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                                       const ChooseShrink& choose) const {
    const std::string& name = printableOf(pathOf(index));
    const int shrink = decodePicture(stored, name, buffer, loading_, choose);
    if (!loading_.official && shrink == 1)
        checkShortestSide(buffer, name);
    PictureView view(buffer);
    view.shrink = shrink;
    return view;
}

std::optional<std::int32_t> FolderSource::label(SampleIndex index) const {
    const std::int32_t label = file(index).label;
    return label >= 0 ? std::optional(label) : std::nullopt;
}

std::string FolderSource::pictureName(SampleIndex index) const { return printableText(file(index).path); }

std::string FolderSource::picturePlace(SampleIndex index) const {
    return printableText((folder_ / file(index).path).string());
}

std::int64_t FolderSource::storedBytes() const {
    return std::accumulate(listing_.files.begin(), listing_.files.end(), std::int64_t{0},
                           [](std::int64_t sum, const FolderFile& file) { return sum + file.bytes; });
}

Leftovers FolderSource::leftovers() const {
    Leftovers leftovers{listing_.otherFiles, {}};
    for (ScanReport::Problem problem : listing_.unusable) {
        problem.path = printableText((folder_ / problem.path).string());
        leftovers.unusable.push_back(std::move(problem));
    }
    return leftovers;
}

DataSets openFolder(const fs::path& folder, const SourceOptions& options) {
    const PictureLoading& loading = options.loading;
    OpenWatch* const watch = options.watch.get();
    std::error_code error;
    const fs::path train = folder / "train";
    const fs::path test = folder / (fs::is_directory(folder / "val", error) ? "val" : "test");
    const std::string name = folderName(folder);
    if (!fs::is_directory(train, error) || !fs::is_directory(test, error))
        return {std::make_shared<FolderSource>(name, folder, scanFolder(folder, watch), loading)};
    FolderListing trainListing = scanFolder(train, watch), testListing = scanFolder(test, watch);
    if (!trainListing.classNames.empty() && !testListing.classNames.empty())
        shareClassNames(trainListing, testListing);
    return {std::make_shared<FolderSource>(name + ", training pictures", train, std::move(trainListing), loading),
            std::make_shared<FolderSource>(name + ", test pictures", test, std::move(testListing), loading)};
}

} // namespace dinoscope
