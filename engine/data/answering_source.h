// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace dinoscope {

/// The same pictures for a thread that must not be held up by them: each is read in a thread of its own, and a read
/// that takes longer than `patience` is left behind and fails with EngineError(io). As long as it has not returned,
/// every read fails at once.
class AnsweringSource final : public ImageSource {
public:
    AnsweringSource(ImageSourcePtr source, std::chrono::milliseconds patience)
        : source_(std::move(source)), patience_(patience) {}

    std::int64_t count() const override { return source_->count(); }
    int channels() const override { return source_->channels(); }
    std::string name() const override { return source_->name(); }
    std::string fingerprint() const override { return source_->fingerprint(); }
    std::optional<PictureSize> uniformSize() const override { return source_->uniformSize(); }
    PictureView read(SampleIndex index, Image& buffer) const override;
    /// `choose` is kept until the read returns: it may refer to nothing that does not live so long.
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    /// As readSmaller().
    PictureView glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    const std::vector<std::string>& classNames() const override { return source_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return source_->label(index); }
    std::string pictureName(SampleIndex index) const override { return source_->pictureName(index); }
    std::string picturePlace(SampleIndex index) const override { return source_->picturePlace(index); }
    std::int64_t storedBytes() const override { return source_->storedBytes(); }
    Leftovers leftovers() const override { return source_->leftovers(); }
    std::optional<CacheState> cacheState() const override { return source_->cacheState(); }

private:
    using Read = std::function<PictureView(const ImageSource&, Image&)>;
    PictureView inTime(SampleIndex index, Image& buffer, Read read) const;

    const ImageSourcePtr source_;
    const std::chrono::milliseconds patience_;
    const std::shared_ptr<std::atomic<int>> stuck_ = std::make_shared<std::atomic<int>>(0); ///< reads left behind
};

} // namespace dinoscope
