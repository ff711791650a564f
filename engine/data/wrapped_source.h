// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <utility>

namespace dinoscope {

/// Another source whose pictures are read in another way: everything else that can be asked is answered by that one.
class WrappedSource : public ImageSource {
public:
    std::int64_t count() const override { return source_->count(); }
    int channels() const override { return source_->channels(); }
    std::string name() const override { return source_->name(); }
    std::string fingerprint() const override { return source_->fingerprint(); }
    std::optional<PictureSize> uniformSize() const override { return source_->uniformSize(); }
    const std::vector<std::string>& classNames() const override { return source_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return source_->label(index); }
    std::string pictureName(SampleIndex index) const override { return source_->pictureName(index); }
    std::string picturePlace(SampleIndex index) const override { return source_->picturePlace(index); }
    std::int64_t storedBytes() const override { return source_->storedBytes(); }
    Leftovers leftovers() const override { return source_->leftovers(); }
    std::optional<CacheState> cacheState() const override { return source_->cacheState(); }

protected:
    explicit WrappedSource(ImageSourcePtr source) : source_(std::move(source)) {}

    const ImageSourcePtr source_;
};

} // namespace dinoscope
