// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/data/wrapped_source.h"

#include <mutex>

namespace dinoscope {

/// The same pictures, which stay in memory once they were read, as far as `budget` bytes go: first the bytes of their
/// files; from the second epoch on, if there is room for those of all pictures, decoded pictures too, each in place of
/// its file unless it was decoded at a part of its size. Nothing is thrown out again, since every epoch wants every
/// picture once. What comes out does not depend on what is kept: a picture that was decoded at another size than the
/// one asked for is decoded again. The bytes of a file that is changed later are those that were read first.
class CachedSource final : public WrappedSource {
public:
    CachedSource(ImageSourcePtr source, std::int64_t budget);

    PictureView read(SampleIndex index, Image& buffer) const override;
    PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
    PictureView glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const override;
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

    mutable std::mutex mutex_;
    mutable std::vector<Entry> entries_;
    mutable CacheState state_;
    mutable std::int64_t keptPictures_ = 0; ///< in either form
};

/// `source`, cached if it reads files and the budget is above 0. Null stays null.
ImageSourcePtr cached(ImageSourcePtr source, std::int64_t budget);

} // namespace dinoscope
