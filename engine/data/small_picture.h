// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/image.h"
#include "engine/augment/picture_view.h"

#include <cstdint>
#include <vector>

namespace dinoscope {

/// `picture` at another size, to be looked at: each pixel is the rounded mean of the whole pixels that its cell of the
/// grid covers, of at least one. Whole numbers throughout, so that every machine has the same bytes.
Image smallPicture(const PictureView& picture, int width, int height);

/// The same as large as it fits into a square of `side` pixels, with its proportions; never larger than it is.
Image fittedPicture(const PictureView& picture, int side);

/// The mean of pictures, each squeezed into a square of kSide. The order in which they come changes nothing.
class MeanPicture {
public:
    static constexpr int kSide = 64;

    void add(const PictureView& picture);
    void add(const MeanPicture& other);
    /// Empty without a picture.
    Image image() const;

private:
    int channels_ = 0;
    std::int64_t pictures_ = 0;
    std::vector<std::uint64_t> sums_;
};

} // namespace dinoscope
