// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"
#include "engine/data/open_source.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope {

/// A picture in a tar file, with its label.
struct TarPicture {
    std::uint32_t shard = 0; ///< place in the list of tar files
    std::int64_t begin = 0, bytes = 0;
    std::string name;  ///< in its tar file
    std::string label; ///< as it is written; empty: none
};

/// Pictures in tar files as WebDataset lays them out: files that follow each other and share their name up to the first
/// dot behind the last slash are one sample. Its picture is the first file with the ending of one (that of
/// scanFolder()); its label is the text of a file `cls`, or the member `cls`, `label` or `class` (a number or a text)
/// of an object in a file `json`. If all labels are whole numbers below 100,000 the classes are those from 0 to the
/// largest, "class N"; else they are the texts, sorted. The tar files are read once for their lists when the source is
/// made; a picture is read from its place when it is asked for. The fingerprint covers names, places and labels.
class TarSource final : public ImageSource {
public:
    /// `files` in their order. Blocks while the lists and labels are read.
    /// @throws EngineError as readTarIndex(), (badInput) if there is no picture, (cancelled).
    TarSource(std::string name, std::vector<std::filesystem::path> files, const SourceOptions& options = {});

    std::int64_t count() const override { return static_cast<std::int64_t>(pictures_.size()); }
    int channels() const override { return 3; }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    PictureView read(SampleIndex index, Image& buffer) const override;
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    bool storesPictures() const override { return true; }
    std::span<const std::uint8_t> storedPicture(SampleIndex index) const override;
    PictureView decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                             const ChooseShrink& choose) const override;
    const std::vector<std::string>& classNames() const override { return classNames_; }
    std::optional<std::int32_t> label(SampleIndex index) const override;
    std::string pictureName(SampleIndex index) const override;
    /// "shards/train-000.tar: 0001.jpg".
    std::string picturePlace(SampleIndex index) const override;
    std::int64_t storedBytes() const override;
    Leftovers leftovers() const override { return {otherFiles_, unread_}; }

    /// Gives two sources the classes of either, sorted as above.
    static void shareClasses(TarSource& a, TarSource& b);

private:
    void takeShard(std::uint32_t shard, OpenWatch* watch);
    void numberLabels(const std::vector<const TarSource*>& sources);
    const TarPicture& picture(SampleIndex index) const;
    /// picturePlace() in memory of the thread's that is kept.
    const std::string& placeOf(SampleIndex index) const;

    std::string name_, fingerprint_;
    std::vector<std::filesystem::path> files_;
    PictureLoading loading_;
    std::vector<TarPicture> pictures_;
    std::vector<std::int32_t> labels_; ///< -1 for none
    std::vector<std::string> classNames_;
    std::int64_t otherFiles_ = 0;
    std::vector<ScanReport::Problem> unread_;
};

/// A file whose name ends in ".tar", a folder that holds such files, or one with a sub-folder train that does.
bool recognisesTar(const std::filesystem::path& path);
/// The tar files of a folder, sorted by name. With sub-folders train and val (or test) these are the two sets; so are
/// the files of one folder if the names of some hold "train" and those of others "val" or "test".
DataSets openTar(const std::filesystem::path& path, const SourceOptions& options);

} // namespace dinoscope
