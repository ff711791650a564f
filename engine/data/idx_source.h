// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/idx_file.h"
#include "engine/data/image_source.h"

#include <filesystem>

namespace dinoscope {

/// Pictures of one IDX file, with labels of a second one if there is one, all held in memory.
/// Fashion-MNIST is recognised by its contents and gets its class names; other sets get "class 0", "class 1", ...
class IdxSource final : public ImageSource {
public:
    /// `labels` may be an empty path. Pictures are (count, height, width) or (count, height, width, 1 or 3).
    /// Blocks while the files are read.
    /// @throws EngineError whose sentence names the file and the way out.
    IdxSource(std::string name, const std::filesystem::path& pictures, const std::filesystem::path& labels);

    std::int64_t count() const override { return count_; }
    int channels() const override { return channels_; }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    std::optional<PictureSize> uniformSize() const override { return PictureSize{width_, height_}; }
    PictureView read(SampleIndex index, Image& buffer) const override;
    const std::vector<std::string>& classNames() const override { return classNames_; }
    std::optional<std::int32_t> label(SampleIndex index) const override;
    std::string pictureName(SampleIndex index) const override;
    std::int64_t storedBytes() const override { return storedBytes_; }

    int width() const { return width_; }
    int height() const { return height_; }

private:
    void takePictures(const std::filesystem::path& file);
    void takeLabels(const std::filesystem::path& file);

    std::string name_, fingerprint_;
    std::int64_t count_ = 0, storedBytes_ = 0;
    int width_ = 0, height_ = 0, channels_ = 1;
    std::vector<std::uint8_t> pixels_, labels_;
    std::vector<std::string> classNames_;
};

/// The pictures file of a set in a folder, by the names under which MNIST-like sets are published
/// ("train-images-idx3-ubyte", "t10k-...", with a dot for the second hyphen, with or without ".gz"); empty if none is
/// there.
std::filesystem::path findIdxPictures(const std::filesystem::path& folder, bool training);

/// The labels file that belongs to a pictures file by its name; empty if none is there.
std::filesystem::path findIdxLabels(const std::filesystem::path& pictures);

} // namespace dinoscope
