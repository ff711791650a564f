// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/data/image_source.h"

namespace dinoscope {

PictureView ImageSource::readSmaller(SampleIndex index, Image& buffer, const ChooseShrink&) const {
    return read(index, buffer);
}

PictureView ImageSource::decodeStored(SampleIndex index, std::span<const std::uint8_t>, Image& buffer,
                                      const ChooseShrink& choose) const {
    return readSmaller(index, buffer, choose);
}

Image ImageSource::image(SampleIndex index) const {
    Image buffer;
    const PictureView view = read(index, buffer);
    if (view.pixels == buffer.pixels.data())
        return buffer;
    const auto bytes = static_cast<std::ptrdiff_t>(view.width) * view.height * view.channels;
    return Image{view.width, view.height, view.channels, std::vector<std::uint8_t>(view.pixels, view.pixels + bytes)};
}

std::string ImageSource::caption(SampleIndex index) const {
    std::string text = name() + ": " + pictureName(index);
    if (const auto number = label(index))
        text += " (" + classNames()[static_cast<std::size_t>(*number)] + ")";
    return text;
}

} // namespace dinoscope
