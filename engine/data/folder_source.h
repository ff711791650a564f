// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/folder_scan.h"
#include "engine/data/image_source.h"
#include "engine/data/open_source.h"

#include <filesystem>

namespace dinoscope {

/// Picture files below a folder, decoded when they are read (decodePicture()); all are RGB. Files are listed once, when
/// the source is made: the numbers of pictures never change, and a file that has gone, is damaged or, unless pictures
/// are loaded as the official code does, too small to cut crops from (kShortestPictureSide) fails in read() with a
/// PictureError. When a file has gone, and so have the folder or all of some others, read() throws
/// EngineError(noPictures). The fingerprint covers names, sizes in bytes and labels, not contents.
class FolderSource final : public ImageSource {
public:
    /// `listing` is scanFolder(folder), with labels that index `listing.classNames`.
    /// @throws EngineError(badInput) if it lists no picture.
    FolderSource(std::string name, std::filesystem::path folder, FolderListing listing,
                 const PictureLoading& loading = {});

    std::int64_t count() const override { return static_cast<std::int64_t>(listing_.files.size()); }
    int channels() const override { return 3; }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    PictureView read(SampleIndex index, Image& buffer) const override;
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    bool storesPictures() const override { return true; }
    std::span<const std::uint8_t> storedPicture(SampleIndex index) const override;
    PictureView decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                             const ChooseShrink& choose) const override;
    const std::vector<std::string>& classNames() const override { return listing_.classNames; }
    std::optional<std::int32_t> label(SampleIndex index) const override;
    /// The path below the folder.
    std::string pictureName(SampleIndex index) const override;
    /// The path with the folder.
    std::string picturePlace(SampleIndex index) const override;
    std::int64_t storedBytes() const override;
    Leftovers leftovers() const override;

private:
    const FolderFile& file(SampleIndex index) const;
    /// The path of a file, in memory of the thread's that is kept.
    const std::string& pathOf(SampleIndex index) const;

    std::string name_, fingerprint_;
    std::filesystem::path folder_;
    FolderListing listing_;
    PictureLoading loading_;
};

/// Opens a folder of pictures. With the sub-folders train and val (or test, if there is no val) these are the two sets,
/// and both have the classes of either, sorted; any other folder is one set (scanFolder() says what its classes are).
/// Blocks while folders are listed. @throws EngineError if a folder cannot be read or holds no picture, (cancelled).
DataSets openFolder(const std::filesystem::path& folder, const SourceOptions& options = {});

} // namespace dinoscope
