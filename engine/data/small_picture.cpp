// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/small_picture.h"

#include <algorithm>
#include <array>

namespace dinoscope {
namespace {

/// The pixels of a line of `length` that cell `cell` of `cells` covers.
struct Span {
    Span(int cell, int cells, int length)
        : begin(static_cast<int>(std::int64_t{cell} * length / cells)),
          end(std::max(begin + 1, static_cast<int>((std::int64_t{cell} + 1) * length / cells))) {}
    int begin, end;
};

} // namespace

Image smallPicture(const PictureView& picture, int width, int height) {
    const auto channels = static_cast<std::size_t>(picture.channels);
    Image small{width, height, picture.channels, {}};
    small.pixels.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * channels);
    for (int y = 0; y < height; ++y) {
        const Span rows(y, height, picture.height);
        for (int x = 0; x < width; ++x) {
            const Span columns(x, width, picture.width);
            std::array<std::uint64_t, 3> sums{};
            for (int row = rows.begin; row < rows.end; ++row) {
                const std::uint8_t* value =
                    picture.pixels + (std::int64_t{row} * picture.width + columns.begin) * picture.channels;
                for (int column = columns.begin; column < columns.end; ++column)
                    for (std::size_t c = 0; c < channels; ++c)
                        sums[c] += *value++;
            }
            const auto count = static_cast<std::uint64_t>(rows.end - rows.begin) *
                               static_cast<std::uint64_t>(columns.end - columns.begin);
            for (std::size_t c = 0; c < channels; ++c)
                small.pixels.push_back(static_cast<std::uint8_t>((sums[c] + count / 2) / count));
        }
    }
    return small;
}

Image fittedPicture(const PictureView& picture, int side) {
    const std::int64_t longer = std::max({picture.width, picture.height, side, 1});
    const auto fitted = [&](int length) {
        return static_cast<int>(std::max<std::int64_t>(1, (std::int64_t{length} * side + longer / 2) / longer));
    };
    return longer == side ? smallPicture(picture, picture.width, picture.height)
                          : smallPicture(picture, fitted(picture.width), fitted(picture.height));
}

void MeanPicture::add(const PictureView& picture) {
    const Image square = smallPicture(picture, kSide, kSide);
    channels_ = picture.channels;
    sums_.resize(square.pixels.size());
    for (std::size_t i = 0; i < sums_.size(); ++i)
        sums_[i] += square.pixels[i];
    ++pictures_;
}

void MeanPicture::add(const MeanPicture& other) {
    if (other.pictures_ == 0)
        return;
    channels_ = other.channels_;
    sums_.resize(other.sums_.size());
    for (std::size_t i = 0; i < sums_.size(); ++i)
        sums_[i] += other.sums_[i];
    pictures_ += other.pictures_;
}

Image MeanPicture::image() const {
    if (pictures_ == 0)
        return {};
    const auto count = static_cast<std::uint64_t>(pictures_);
    Image image{kSide, kSide, channels_, {}};
    for (const std::uint64_t sum : sums_)
        image.pixels.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
    return image;
}

} // namespace dinoscope
