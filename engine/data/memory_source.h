// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

namespace dinoscope {

/// Pictures that are already in memory, each of its own size.
class MemorySource final : public ImageSource {
public:
    /// `labels` is empty, or holds one index into `classNames` for each picture, -1 for none.
    /// @throws EngineError if there is no picture, pictures differ in their channels, a picture's bytes disagree with
    /// its size, or a label has no class.
    MemorySource(std::string name, std::vector<Image> pictures, std::vector<std::int32_t> labels = {},
                 std::vector<std::string> classNames = {});

    std::int64_t count() const override { return static_cast<std::int64_t>(pictures_.size()); }
    int channels() const override { return pictures_.front().channels; }
    std::string name() const override { return name_; }
    std::string fingerprint() const override { return fingerprint_; }
    std::optional<PictureSize> uniformSize() const override;
    PictureView read(SampleIndex index, Image& buffer) const override;
    const std::vector<std::string>& classNames() const override { return classNames_; }
    std::optional<std::int32_t> label(SampleIndex index) const override;
    std::string pictureName(SampleIndex index) const override;

private:
    std::string name_, fingerprint_;
    std::vector<Image> pictures_;
    std::vector<std::int32_t> labels_;
    std::vector<std::string> classNames_;
};

} // namespace dinoscope
