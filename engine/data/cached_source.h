// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/image_source.h"

#include <mutex>

namespace dinoscope {

/// The same pictures, which stay in memory once they were read, as far as `budget` bytes go: first the bytes of their
/// files; from the second epoch on, if there is room for those of all pictures, decoded pictures too, each in place of
/// its file unless it was decoded at a part of its size. Nothing is thrown out again, since every epoch wants every
/// picture once. What comes out does not depend on what is kept: a picture that was decoded at another size than the
/// one asked for is decoded again. The bytes of a file that is changed later are those that were read first.
class CachedSource final : public ImageSource {
public:
    CachedSource(ImageSourcePtr source, std::int64_t budget);

    std::int64_t count() const override { return source_->count(); }
    int channels() const override { return source_->channels(); }
    std::string name() const override { return source_->name(); }
    std::string fingerprint() const override { return source_->fingerprint(); }
    std::optional<PictureSize> uniformSize() const override { return source_->uniformSize(); }
    PictureView read(SampleIndex index, Image& buffer) const override;
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    PictureView glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    const std::vector<std::string>& classNames() const override { return source_->classNames(); }
    std::optional<std::int32_t> label(SampleIndex index) const override { return source_->label(index); }
    std::string pictureName(SampleIndex index) const override { return source_->pictureName(index); }
    std::string picturePlace(SampleIndex index) const override { return source_->picturePlace(index); }
    std::int64_t storedBytes() const override { return source_->storedBytes(); }
    Leftovers leftovers() const override { return source_->leftovers(); }
    std::optional<CacheState> cacheState() const override;

private:
    using Bytes = std::vector<std::uint8_t>;
    /// A picture as it was decoded.
    struct Decoded {
        Image image;
        PictureSize whole;
        int asked = 0;  ///< shrink that was asked for; 0: the source did not ask
        int shrink = 1; ///< and that came out
    };
    struct Entry {
        std::shared_ptr<const Bytes> stored;
        std::shared_ptr<const Decoded> decoded; ///< stays as long as the source once it is there: views point into it
    };

    Entry entry(SampleIndex index) const;
    /// Null if there is no room.
    std::shared_ptr<const Bytes> keepStored(SampleIndex index, std::span<const std::uint8_t> bytes) const;
    void keepDecoded(SampleIndex index, const PictureView& picture, PictureSize whole, int asked) const;
    std::int64_t bytesStillToStore() const;

    const ImageSourcePtr source_;
    mutable std::mutex mutex_;
    mutable std::vector<Entry> entries_;
    mutable CacheState state_;
    mutable std::int64_t keptPictures_ = 0; ///< in either form
};

/// `source`, cached if it reads files and the budget is above 0. Null stays null.
ImageSourcePtr cached(ImageSourcePtr source, std::int64_t budget);

} // namespace dinoscope
