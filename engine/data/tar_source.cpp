// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/tar_source.h"

#include "engine/data/folder_scan.h"
#include "engine/data/name_hash.h"
#include "engine/data/picture_error.h"
#include "engine/data/stored_bytes.h"
#include "engine/data/tar_index.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

namespace dinoscope {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostLabelBytes = 64 << 10;
constexpr std::size_t kMostLabelText = 256; // bytes
constexpr std::int64_t kMostNumberedClasses = 100'000;

/// Where the ending begins: behind the first dot after the last slash.
std::size_t endingOf(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    const std::size_t dot = name.find('.', slash == name.npos ? 0 : slash + 1);
    return dot == name.npos ? name.size() : dot;
}

std::string trimmed(const std::string& text) {
    constexpr const char* kBlanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == text.npos ? std::string() : text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// The contents of a member; nothing if a cut file does not hold them any more.
std::string textOf(const fs::path& file, const TarMember& member) {
    try {
        const auto bytes =
            storedPart(file, member.begin, member.bytes, printableText(file.string() + ": " + member.name));
        return {bytes.begin(), bytes.end()};
    } catch (const PictureError& error) {
        if (error.verdict() != PictureVerdict::truncated)
            throw;
        return {};
    }
}

/// The label that a JSON object holds; empty if it holds none.
std::string labelInJson(const std::string& text) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    if (!object.is_object())
        return {};
    for (const char* key : {"cls", "label", "class"})
        if (const auto found = object.find(key); found != object.end()) {
            if (found->is_number_integer())
                return std::to_string(found->get<std::int64_t>());
            if (found->is_string())
                return found->get<std::string>();
        }
    return {};
}

/// A whole number from 0 on as it is written without leading zeros; -1 for other texts.
std::int64_t numberOf(const std::string& label) {
    if (label.empty() || label.size() > 9 || (label.size() > 1 && label[0] == '0'))
        return -1;
    std::int64_t value = 0;
    for (const char c : label) {
        if (c < '0' || c > '9')
            return -1;
        value = 10 * value + (c - '0');
    }
    return value;
}

/// The tar files of a folder, sorted; the file itself for one.
std::vector<fs::path> tarFiles(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error))
        return path.extension() == ".tar" ? std::vector{path} : std::vector<fs::path>();
    std::vector<fs::path> files;
    for (fs::directory_iterator place(path, error); !error && place != fs::directory_iterator(); place.increment(error))
        if (std::error_code gone; place->path().extension() == ".tar" && place->is_regular_file(gone) &&
                                  !place->path().filename().string().starts_with('.'))
            files.push_back(place->path());
    std::sort(files.begin(), files.end());
    return files;
}

bool nameHolds(const fs::path& file, const char* word) {
    return file.filename().string().find(word) != std::string::npos;
}

struct Shards {
    std::vector<fs::path> train, test;
};

Shards shardsAt(const fs::path& path) {
    const auto below = [&](const char* name) { return tarFiles(path / name); };
    if (Shards shards{below("train"), below("val").empty() ? below("test") : below("val")};
        !shards.train.empty() && !shards.test.empty())
        return shards;
    Shards shards{tarFiles(path), {}};
    if (shards.train.empty())
        return {below("train"), {}};
    const auto isTest = [](const fs::path& file) {
        return !nameHolds(file, "train") && (nameHolds(file, "val") || nameHolds(file, "test"));
    };
    const auto isTrain = [](const fs::path& file) { return nameHolds(file, "train"); };
    if (std::none_of(shards.train.begin(), shards.train.end(), isTrain))
        return shards;
    std::copy_if(shards.train.begin(), shards.train.end(), std::back_inserter(shards.test), isTest);
    std::erase_if(shards.train, isTest);
    return shards;
}

} // namespace

TarSource::TarSource(std::string name, std::vector<fs::path> files, const SourceOptions& options)
    : name_(std::move(name)), files_(std::move(files)), loading_(options.loading) {
    for (std::uint32_t shard = 0; shard < files_.size(); ++shard) {
        if (options.watch)
            options.watch->shards(shard, static_cast<std::int64_t>(files_.size()));
        takeShard(shard, options.watch.get());
    }
    if (options.watch)
        options.watch->shards(0, 0);
    if (pictures_.empty())
        throw EngineError(ErrorCode::badInput, "data",
                          printableText(files_.empty() ? name_ : files_.front().string()) +
                              " holds no picture: choose tar files with JPEG, PNG, BMP, WebP or TIFF files in them");
    NameHash hash;
    for (const TarPicture& picture : pictures_) {
        hash.add(picture.name);
        hash.add(picture.label);
        hash.add(picture.begin);
        hash.add(picture.bytes);
        hash.add(std::int64_t{picture.shard});
    }
    fingerprint_ = "tar:" + std::to_string(pictures_.size()) + ":" + hash.text();
    numberLabels({this});
}

void TarSource::takeShard(std::uint32_t shard, OpenWatch* watch) {
    const fs::path& file = files_[shard];
    const std::vector<TarMember> members = readTarIndex(file, watch);
    const auto sampleOf = [](const TarMember& member) { return member.name.substr(0, endingOf(member.name)); };
    for (auto begin = members.begin(); begin != members.end();) {
        const std::string sample = sampleOf(*begin);
        const auto end = std::find_if(begin, members.end(), [&](const auto& m) { return sampleOf(m) != sample; });
        TarPicture picture{shard, 0, 0, {}, {}};
        for (auto member = begin; member != end; ++member) {
            const std::string ending = member->name.substr(endingOf(member->name));
            if (picture.name.empty() && isPictureName(member->name)) {
                picture.begin = member->begin;
                picture.bytes = member->bytes;
                picture.name = member->name;
            } else if ((ending == ".cls" || (ending == ".json" && picture.label.empty())) &&
                       member->bytes <= kMostLabelBytes) {
                const std::string text = textOf(file, *member);
                picture.label = trimmed(ending == ".cls" ? text : labelInJson(text)).substr(0, kMostLabelText);
            } else if (const std::string_view kind = unreadKind(member->name); !kind.empty()) {
                unread_.push_back(unreadPicture(printableText(file.string() + ": " + member->name), kind));
            } else {
                ++otherFiles_;
            }
        }
        if (!picture.name.empty())
            pictures_.push_back(std::move(picture));
        if (watch) // labels are read, which takes longer than the list
            watch->listed(1);
        begin = end;
    }
}

void TarSource::numberLabels(const std::vector<const TarSource*>& sources) {
    std::set<std::string> texts;
    std::int64_t most = -1;
    bool numbers = true;
    for (const TarSource* source : sources)
        for (const TarPicture& picture : source->pictures_)
            if (!picture.label.empty() && texts.insert(picture.label).second) {
                const std::int64_t number = numberOf(picture.label);
                numbers = numbers && number >= 0 && number < kMostNumberedClasses;
                most = std::max(most, number);
            }
    classNames_.clear();
    for (std::int64_t i = 0; numbers && i <= most; ++i)
        classNames_.push_back("class " + std::to_string(i));
    for (const std::string& text : numbers ? std::set<std::string>() : texts)
        classNames_.push_back(printableText(text));
    labels_.clear();
    for (const TarPicture& picture : pictures_)
        labels_.push_back(picture.label.empty() ? -1
                          : numbers
                              ? static_cast<std::int32_t>(numberOf(picture.label))
                              : static_cast<std::int32_t>(std::distance(texts.begin(), texts.find(picture.label))));
}

void TarSource::shareClasses(TarSource& a, TarSource& b) {
    a.numberLabels({&a, &b});
    b.numberLabels({&a, &b});
}

const TarPicture& TarSource::picture(SampleIndex index) const {
    if (index.value < 0 || index.value >= count())
        throw EngineError(ErrorCode::notFound, "data",
                          name_ + " has no picture " + std::to_string(index.value) + ": its numbers go from 0 to " +
                              std::to_string(count() - 1));
    return pictures_[static_cast<std::size_t>(index.value)];
}

PictureView TarSource::read(SampleIndex index, Image& buffer) const { return readSmaller(index, buffer, {}); }

PictureView TarSource::readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
    return decodeStored(index, storedPicture(index), buffer, choose);
}

const std::string& TarSource::placeOf(SampleIndex index) const {
    thread_local std::string place;
    const TarPicture& wanted = picture(index);
    place.assign(files_[wanted.shard].native()).append(": ").append(wanted.name);
    return printableOf(place);
}

std::span<const std::uint8_t> TarSource::storedPicture(SampleIndex index) const {
    const TarPicture& wanted = picture(index);
    const fs::path& file = files_[wanted.shard];
    try {
        return storedPart(file.native(), wanted.begin, wanted.bytes, placeOf(index));
    } catch (const PictureError& error) {
        if (error.error().code != ErrorCode::badInput) // the system does not hand it out
            checkStillThere(file.parent_path(), files_.size(), [this](std::size_t i) { return files_[i]; });
        throw;
    }
}

PictureView TarSource::decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                                    const ChooseShrink& choose) const {
    const std::string& name = placeOf(index);
    const int shrink = decodePicture(stored, name, buffer, loading_, choose);
    if (!loading_.official && shrink == 1)
        checkShortestSide(buffer, name);
    PictureView view(buffer);
    view.shrink = shrink;
    return view;
}

std::optional<std::int32_t> TarSource::label(SampleIndex index) const {
    picture(index);
    const std::int32_t label = labels_[static_cast<std::size_t>(index.value)];
    return label >= 0 ? std::optional(label) : std::nullopt;
}

std::string TarSource::pictureName(SampleIndex index) const {
    const TarPicture& wanted = picture(index);
    return printableText(files_[wanted.shard].filename().string() + "/" + wanted.name);
}

std::string TarSource::picturePlace(SampleIndex index) const { return placeOf(index); }

std::int64_t TarSource::storedBytes() const {
    return std::accumulate(files_.begin(), files_.end(), std::int64_t{0}, [](std::int64_t sum, const fs::path& file) {
        std::error_code error;
        const std::uintmax_t bytes = fs::file_size(file, error);
        return error ? sum : sum + static_cast<std::int64_t>(bytes);
    });
}

bool recognisesTar(const fs::path& path) { return !shardsAt(path).train.empty(); }

DataSets openTar(const fs::path& path, const SourceOptions& options) {
    Shards shards = shardsAt(path);
    if (shards.train.empty())
        throw EngineError(ErrorCode::badInput, "data",
                          printableText(path.string()) +
                              " is no tar file and holds none: choose a folder of .tar files");
    const std::string name = folderName(path);
    if (shards.test.empty())
        return {std::make_shared<TarSource>(name, std::move(shards.train), options)};
    auto train = std::make_shared<TarSource>(name + ", training pictures", std::move(shards.train), options);
    auto test = std::make_shared<TarSource>(name + ", test pictures", std::move(shards.test), options);
    TarSource::shareClasses(*train, *test);
    return {train, test};
}

} // namespace dinoscope
