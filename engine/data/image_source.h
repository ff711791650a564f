// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/cache_state.h"
#include "engine/api/ids.h"
#include "engine/api/image.h"
#include "engine/api/scan.h"
#include "engine/augment/picture_view.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dinoscope {

/// What lies beside the pictures of a source.
struct Leftovers {
    std::int64_t otherFiles = 0; ///< that are no pictures by their names
    /// What has the name of a picture and is no file, and pictures of kinds that are not read.
    std::vector<ScanReport::Problem> unusable;
};

/// Says by how much a picture of the given size, upright, may be read smaller: 1, 2, 4 or 8 along each axis.
using ChooseShrink = std::function<int(PictureSize)>;

/// A numbered set of pictures. Immutable after construction; every member may be called from any thread.
class ImageSource {
public:
    virtual ~ImageSource() = default;

    /// Number of pictures, at least 1.
    virtual std::int64_t count() const = 0;
    /// 1 (grey) or 3 (RGB); every picture has this many.
    virtual int channels() const = 0;
    /// What the set is called in captions, such as "Fashion-MNIST, training pictures".
    virtual std::string name() const = 0;
    /// Text that changes when pictures, labels or their order change; a resumed run compares it.
    virtual std::string fingerprint() const = 0;

    /// The size that all pictures have; nothing if they differ or only reading them would tell.
    virtual std::optional<PictureSize> uniformSize() const { return std::nullopt; }

    /// One picture. A source that decodes writes into `buffer` (whose memory it reuses); one that holds its pictures in
    /// memory returns a view of its own. The view lives as long as both. May block on a file.
    /// @throws EngineError if the picture cannot be read; the sentence names it. With the code noPictures none can be,
    /// since the folder of the set has gone.
    virtual PictureView read(SampleIndex index, Image& buffer) const = 0;

    /// The same at a size that is chosen when the header is known and nothing is decoded yet. A source that can only
    /// read whole pictures does not ask; what was read says PictureView::shrink.
    virtual PictureView readSmaller(SampleIndex index, Image& buffer, const ChooseShrink& choose) const;

    /// The same for somebody who only looks on: what the source keeps, and what it has counted, stay as they are.
    virtual PictureView glance(SampleIndex index, Image& buffer, const ChooseShrink& choose) const {
        return readSmaller(index, buffer, choose);
    }

    /// Whether pictures, or some of them, are decoded from bytes that storedPicture() gives.
    virtual bool storesPictures() const { return false; }
    /// The bytes that a picture is stored as, in memory that lives until the thread asks for the next; empty for one
    /// that need not be decoded. May block on a file. @throws as read().
    virtual std::span<const std::uint8_t> storedPicture(SampleIndex) const { return {}; }
    /// readSmaller() from these bytes, or a copy of them.
    virtual PictureView decodeStored(SampleIndex index, std::span<const std::uint8_t> stored, Image& buffer,
                                     const ChooseShrink& choose) const;
    /// Nothing of a source that keeps none.
    virtual std::optional<CacheState> cacheState() const { return std::nullopt; }

    /// Names of the classes by label; empty: no labels.
    virtual const std::vector<std::string>& classNames() const = 0;
    /// The label of a picture, an index into classNames(); nothing if it has none.
    virtual std::optional<std::int32_t> label(SampleIndex index) const = 0;

    /// What one picture is called: its file, or its number.
    virtual std::string pictureName(SampleIndex index) const = 0;

    /// Where one picture lies: the path of its file, or what it is called in a file of many.
    virtual std::string picturePlace(SampleIndex index) const { return pictureName(index); }
    /// Bytes of the files that hold the pictures, as they were when the source was made; 0 if it has no files.
    virtual std::int64_t storedBytes() const { return 0; }
    /// What else was met when the source was made.
    virtual Leftovers leftovers() const { return {}; }

    bool labelled() const { return !classNames().empty(); }
    /// A copy of one picture.
    Image image(SampleIndex index) const;
    /// "Fashion-MNIST, training pictures: picture 12 (Ankle boot)".
    std::string caption(SampleIndex index) const;
};

using ImageSourcePtr = std::shared_ptr<const ImageSource>;

} // namespace dinoscope
