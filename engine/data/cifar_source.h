// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"
#include "engine/data/open_source.h"

#include <filesystem>
#include <string>
#include <vector>

namespace dinoscope {

/// Colour pictures of 32 x 32 pixels from files in the binary version of CIFAR-10 and CIFAR-100, all held in memory. A
/// record is one label byte, or a coarse and a fine one, and 1024 bytes each of red, green and blue, row-major
/// (https://www.cs.toronto.edu/~kriz/cifar.html). The label is the last of the label bytes.
class CifarSource final : public ImageSource {
public:
    static constexpr int kSide = 32;

    /// `labelBytes` is 1 or 2; every label is a place in `classNames`. Blocks while the files are read.
    /// @throws EngineError whose sentence names the file and the way out.
    CifarSource(std::string name, const std::vector<std::filesystem::path>& files, int labelBytes,
                std::vector<std::string> classNames);

    std::int64_t count() const override { return count_; }
    int channels() const override { return 3; }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    std::optional<PictureSize> uniformSize() const override { return PictureSize{kSide, kSide}; }
    PictureView read(SampleIndex index, Image& buffer) const override;
    const std::vector<std::string>& classNames() const override { return classNames_; }
    std::optional<std::int32_t> label(SampleIndex index) const override;
    std::string pictureName(SampleIndex index) const override;
    std::int64_t storedBytes() const override { return static_cast<std::int64_t>(records_.size()); }

private:
    const std::uint8_t* record(SampleIndex index) const;

    std::string name_, fingerprint_;
    std::int64_t count_ = 0;
    std::size_t labelBytes_;
    std::vector<std::uint8_t> records_; ///< (count, labelBytes + 3 * 1024), as in the files
    std::vector<std::string> classNames_;
};

/// A folder with data_batch_1.bin (CIFAR-10) or with train.bin and fine_label_names.txt (CIFAR-100), or one that holds
/// such a folder under the name it is published by, cifar-10-batches-bin or cifar-100-binary.
bool recognisesCifar(const std::filesystem::path& path);
/// data_batch_N.bin, or train.bin, are the training pictures, test_batch.bin or test.bin those to test with; classes
/// are named by batches.meta.txt or fine_label_names.txt; those without a name are "class N".
DataSets openCifar(const std::filesystem::path& path, const SourceOptions& options);

} // namespace dinoscope
